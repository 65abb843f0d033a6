// Every rule that the protocol has for a field of a request, over the wire: what is at the limit passes, and what is one
// past it is refused, with the path of the field.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DescMessage, type DescMethod, hasOption } from '@bufbuild/protobuf';
import { field as fieldRules, oneof as oneofRules } from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';
import { Code, type ConnectError, createClient, type Transport } from '@connectrpc/connect';
import { BadRequestSchema } from '#gen/google/rpc/error_details_pb.js';
import { serviceEntry } from '../../src/baton/services/service-entry.ts';
import { failureOf } from '../baton/server/failure-of.ts';
import { startTestServer } from '../baton/server/test-server.ts';
import { connectorServices, judgedByHandlers, limits } from './limits.ts';

// Without any method: what the rules let pass is answered UNIMPLEMENTED.
const services = connectorServices.map((service) => serviceEntry(service, {}));

/** Calls a method whatever its kind is. */
async function call(transport: Transport, { parent, localName }: DescMethod, request: object): Promise<ConnectError> {
  const client = createClient(parent, transport) as Record<string, (request: object) => unknown>;
  const answer = client[localName]?.(request);
  if (typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer) {
    const messages = (answer as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    return await failureOf(messages.next());
  }
  return await failureOf(answer as Promise<unknown>);
}

const rows = Map.groupBy(limits, ({ field }) => field);
for (const [field, ofField] of rows) {
  test(`${field}: what is at its limit passes, and what is past it is refused`, async (t) => {
    const { transport } = await startTestServer(t, services);
    for (const { method, request, path, fine, refused } of ofField) {
      for (const [what, value] of Object.entries(fine)) {
        const error = await call(transport, method, request(value as never));
        assert.equal(Code[error.code], 'Unimplemented', `${what}: ${error.message}`);
      }
      assert.notDeepEqual(refused, {});
      for (const [what, value] of Object.entries(refused)) {
        const error = await call(transport, method, request(value as never));
        assert.equal(Code[error.code], 'InvalidArgument', `${what}: ${error.message}`);
        assert.ok(error.rawMessage.startsWith(`${method.input.typeName}: ${path}: `), `${what}: ${error.rawMessage}`);
        const [detail] = error.findDetails(BadRequestSchema);
        assert.deepEqual(
          detail?.fieldViolations.map((violation) => violation.field),
          [path],
          what,
        );
      }
    }
  });
}

for (const [title, method, request] of judgedByHandlers) {
  test(`${title} breaks no rule`, async (t) => {
    const { transport } = await startTestServer(t, services);
    assert.equal(Code[(await call(transport, method, request)).code], 'Unimplemented');
  });
}

test('there is a row for each field of a request that has a rule', () => {
  const ruled = new Set<string>();
  const seen = new Set<string>();
  const visit = (message: DescMessage) => {
    if (seen.has(message.typeName)) {
      return;
    }
    seen.add(message.typeName);
    const name = message.typeName.replace('c1.connector.v2.', '');
    for (const oneof of message.oneofs.filter((oneof) => hasOption(oneof, oneofRules))) {
      ruled.add(`${name}.${oneof.name}`);
    }
    for (const field of message.fields) {
      if (hasOption(field, fieldRules)) {
        ruled.add(`${name}.${field.name}`);
      }
      const within = field.fieldKind === 'map' ? field.mapKind === 'message' && field.message : field.message;
      if (within) {
        visit(within);
      }
    }
  };
  for (const { methods } of connectorServices) {
    for (const { input } of methods) {
      visit(input);
    }
  }
  assert.deepEqual([...rows.keys()].toSorted(), [...ruled].toSorted());
});
