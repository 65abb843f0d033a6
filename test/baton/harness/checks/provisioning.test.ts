import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { EntitlementSchema } from '#gen/c1/connector/v2/entitlement_pb.js';
import { GrantManagerService } from '#gen/c1/connector/v2/grant_pb.js';
import {
  AccountManagerService,
  CredentialManagerService,
  ResourceManagerService,
  ResourceSchema,
} from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../../../../src/baton/author/service-error.ts';
import { createConnectorServices } from '../../../../src/baton/services/connector-services.ts';
import { createLibrary } from '../../library-connector.ts';
import { assertFailed, judgeAddress, judgeServices, resultOf, testFault } from '../judge-connector.ts';
import { serveLaxly } from '../lax-server.ts';
import { changeService } from '../plant-fault.ts';
import { createFullServices } from '../sound-connector.ts';

test('provisioning-invalid-refused: a server that takes a grant of nothing', async (t) => {
  const services = changeService(createFullServices(), GrantManagerService, ({ grant }) => ({
    grant: (request, context) => (request.entitlement ? grant(request, context) : {}),
  }));
  const address = await serveLaxly(t, services, (request) => {
    if (request.$typeName.includes('ServiceGrantRequest')) {
      request.entitlement = create(EntitlementSchema, { id: 'e', resource: {} });
      request.principal = create(ResourceSchema);
    }
  });
  assertFailed(await judgeAddress(t, address), {
    'provisioning-invalid-refused': /Grant \{\} succeeded/,
  });
});

testFault(
  'provisioning-unsupported: an error instead of UNIMPLEMENTED',
  {
    'provisioning-unsupported':
      /CreateResource \{"resource":"baton-harness-no-such-thing .*"\} failed with INTERNAL: planted; expected UNIMPLEMENTED or FAILED_PRECONDITION/,
  },
  () =>
    changeService(createFullServices(), ResourceManagerService, () => ({
      createResource: () => {
        throw new ServiceError(Code.Internal, 'planted', { reason: 'planted' });
      },
    })),
);
testFault(
  'provisioning-unsupported: a rotation of nobody’s credential succeeds',
  { 'provisioning-unsupported': /RotateCredential .* succeeded/ },
  () => changeService(createFullServices(), CredentialManagerService, () => ({ rotateCredential: () => ({}) })),
);

testFault(
  'provisioning-agrees: the capability is named, and the service is not there',
  { 'provisioning-agrees': /declares CAPABILITY_PROVISION, but Grant \{\} failed with UNIMPLEMENTED/ },
  () => createFullServices().filter(({ desc }) => desc.typeName !== GrantManagerService.typeName),
);

test('provisioning that is switched off passes', async (t) => {
  const { connector } = createLibrary();
  const report = await judgeServices(t, createConnectorServices(connector, { provisioning: false, ticketing: false }));
  assertFailed(report, {});
  assert.equal(resultOf(report, 'provisioning-unsupported').outcome, 'passed');
});

test('no request that could change something reaches a connector but for resource types that do not exist', async (t) => {
  const reached: string[] = [];
  const watch = (name: string) => (request: object) => {
    reached.push(`${name} ${JSON.stringify(request, (key, value) => (key === '$typeName' ? undefined : value))}`);
    throw new ServiceError(Code.Unimplemented, 'watched', { reason: 'unsupported' });
  };
  const services = [
    [GrantManagerService, ['grant', 'revoke']],
    [ResourceManagerService, ['createResource', 'deleteResource']],
    [AccountManagerService, ['createAccount']],
    [CredentialManagerService, ['rotateCredential', 'issueCredential']],
  ] as const;
  const { connector } = createLibrary();
  const watched = services.reduce<ReturnType<typeof createFullServices>>(
    (list, [desc, names]) =>
      changeService(list, desc, () => Object.fromEntries(names.map((name) => [name, watch(name)])) as never),
    createConnectorServices(connector, { provisioning: true, ticketing: true }),
  );
  assertFailed(await judgeServices(t, watched), {});
  assert.deepEqual(reached.map((text) => text.split(' ')[0]).sort(), [
    'createResource',
    'deleteResource',
    'grant',
    'revoke',
    'rotateCredential',
  ]);
  for (const text of reached) {
    assert.match(text, /"resourceType":"baton-harness-no-such-thing"/);
    assert.doesNotMatch(text, /"resourceType":"(?!baton-harness)/);
  }
});
