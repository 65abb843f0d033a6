import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createFileRegistry, type DescFile, fromBinary, getOption, type MessageInitShape } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { field as fieldRules } from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';
import { Code, createClient, type Transport } from '@connectrpc/connect';
import { GrantsService } from '#gen/c1/connector/v2/grant_pb.js';
import { ResourcesService } from '#gen/c1/connector/v2/resource_pb.js';
import { ServerReflection, type ServerReflectionRequestSchema } from '#gen/grpc/reflection/v1/reflection_pb.js';
import { ServerReflection as ServerReflectionV1Alpha } from '#gen/grpc/reflection/v1alpha/reflection_pb.js';
import { serviceEntry } from '../../../../src/baton/services/service-entry.ts';
import { startTestServer } from '../test-server.ts';

type Question = NonNullable<MessageInitShape<typeof ServerReflectionRequestSchema>['messageRequest']>;

const services = [serviceEntry(ResourcesService, {}), serviceEntry(GrantsService, {})];

const versions = { v1: ServerReflection, v1alpha: ServerReflectionV1Alpha as unknown as typeof ServerReflection };

/** The answers to questions that are asked in one call. */
async function ask(transport: Transport, questions: Question[], version: keyof typeof versions = 'v1') {
  async function* requests() {
    for (const messageRequest of questions) {
      yield { host: 'here', messageRequest };
    }
  }
  const answers = [];
  for await (const response of createClient(versions[version], transport).serverReflectionInfo(requests())) {
    assert.equal(response.validHost, 'here');
    assert.equal(response.originalRequest?.host, 'here');
    answers.push(response.messageResponse);
  }
  return answers;
}

/** The files of an answer, by name. */
function filesOf(answer: Awaited<ReturnType<typeof ask>>[number] | undefined): string[] {
  assert.ok(answer?.case === 'fileDescriptorResponse', JSON.stringify(answer));
  return answer.value.fileDescriptorProto.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes).name);
}

for (const version of ['v1', 'v1alpha'] as const) {
  test(`${version} lists the services, itself among them`, async (t) => {
    const { transport } = await startTestServer(t, services);
    const [answer] = await ask(transport, [{ case: 'listServices', value: '' }], version);
    assert.ok(answer?.case === 'listServicesResponse');
    assert.deepEqual(
      answer.value.service.map(({ name }) => name),
      [
        'c1.connector.v2.GrantsService',
        'c1.connector.v2.ResourcesService',
        'grpc.health.v1.Health',
        'grpc.reflection.v1.ServerReflection',
        'grpc.reflection.v1alpha.ServerReflection',
      ],
    );
  });
}

test('a file comes with all that it imports, and custom options in place', async (t) => {
  const { transport } = await startTestServer(t, services);
  const question = { case: 'fileContainingSymbol', value: 'c1.connector.v2.ResourcesService' } as const;
  const [answer] = await ask(transport, [question]);
  assert.equal(filesOf(answer)[0], 'c1/connector/v2/resource.proto');
  assert.ok(answer?.case === 'fileDescriptorResponse');
  const [file, ...imports] = answer.value.fileDescriptorProto.map((bytes) =>
    fromBinary(FileDescriptorProtoSchema, bytes),
  );
  assert.ok(file);
  const resolve = (name: string): DescFile | undefined => {
    const proto = imports.find((imported) => imported.name === name);
    return proto && createFileRegistry(proto, resolve).getFile(name);
  };
  // Throws if an import is missing.
  const registry = createFileRegistry(file, resolve);
  const pageSize = registry.getMessage('c1.connector.v2.ResourcesServiceListResourcesRequest')?.field.pageSize;
  assert.ok(pageSize);
  const rules = getOption(pageSize, fieldRules);
  assert.ok(rules.type.case === 'uint32' && rules.type.value.lessThan.value === 250);
});

suite('a file is found', () => {
  const symbols = {
    'a service': 'c1.connector.v2.GrantsService',
    'a method': 'c1.connector.v2.GrantsService.ListGrants',
    'a message': 'c1.connector.v2.Grant',
    'a field': 'c1.connector.v2.Grant.entitlement',
    'a nested message': 'c1.connector.v2.GrantSources.GrantSource',
  };
  for (const [what, value] of Object.entries(symbols)) {
    test(`by the name of ${what}`, async (t) => {
      const { transport } = await startTestServer(t, services);
      const [answer] = await ask(transport, [{ case: 'fileContainingSymbol', value }]);
      assert.equal(filesOf(answer)[0], 'c1/connector/v2/grant.proto');
    });
  }

  test('by the name of an enum, of its values and of a oneof', async (t) => {
    const { transport } = await startTestServer(t, services);
    for (const value of [
      'c1.connector.v2.ResourceType.Trait',
      'c1.connector.v2.ResourceType.TRAIT_USER',
      'c1.connector.v2.CredentialOptions.options',
    ]) {
      const [answer] = await ask(transport, [{ case: 'fileContainingSymbol', value }]);
      assert.equal(filesOf(answer)[0], 'c1/connector/v2/resource.proto', value);
    }
  });

  test('by its own name', async (t) => {
    const { transport } = await startTestServer(t, services);
    const [answer] = await ask(transport, [{ case: 'fileByFilename', value: 'google/protobuf/any.proto' }]);
    assert.deepEqual(filesOf(answer), ['google/protobuf/any.proto']);
  });

  test('by an extension, whose numbers are told', async (t) => {
    const { transport } = await startTestServer(t, services);
    const [numbers, file] = await ask(transport, [
      { case: 'allExtensionNumbersOfType', value: 'google.protobuf.FieldOptions' },
      {
        case: 'fileContainingExtension',
        value: { containingType: 'google.protobuf.FieldOptions', extensionNumber: 1159 },
      },
    ]);
    assert.ok(numbers?.case === 'allExtensionNumbersResponse');
    assert.equal(numbers.value.baseTypeName, 'google.protobuf.FieldOptions');
    assert.ok(numbers.value.extensionNumber.includes(1159));
    assert.equal(filesOf(file)[0], 'buf/validate/validate.proto');
  });
});

test('files that were sent in a call are left out of later answers, unless they are asked for', async (t) => {
  const { transport } = await startTestServer(t, services);
  const question = { case: 'fileContainingSymbol', value: 'c1.connector.v2.GrantsService' } as const;
  const [first, again, resource] = await ask(transport, [
    question,
    question,
    { case: 'fileByFilename', value: 'c1/connector/v2/resource.proto' },
  ]);
  assert.ok(filesOf(first).includes('c1/connector/v2/resource.proto'));
  assert.equal(new Set(filesOf(first)).size, filesOf(first).length);
  assert.deepEqual(filesOf(again), ['c1/connector/v2/grant.proto']);
  assert.deepEqual(filesOf(resource), ['c1/connector/v2/resource.proto']);
});

test('what is not known is answered as an error, and the call goes on', async (t) => {
  const { transport } = await startTestServer(t, services);
  const answers = await ask(transport, [
    { case: 'fileByFilename', value: 'test/none.proto' },
    { case: 'fileContainingSymbol', value: 'test.None' },
    { case: 'fileContainingExtension', value: { containingType: 'test.None', extensionNumber: 1 } },
    {
      case: 'fileContainingExtension',
      value: { containingType: 'google.protobuf.FieldOptions', extensionNumber: 999_999 },
    },
    { case: 'allExtensionNumbersOfType', value: 'test.None' },
    { case: undefined },
  ]);
  const codes = answers.map((answer) => answer.case === 'errorResponse' && answer.value.errorCode);
  assert.deepEqual(codes, [...Array(5).fill(Code.NotFound), Code.InvalidArgument]);
  assert.match(JSON.stringify(answers[0]), /test\/none\.proto/);
});
