import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { AnySchema, anyPack } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError } from '@connectrpc/connect';
import { TypeScopedGrantsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import { GrantManagerService, GrantsService } from '#gen/c1/connector/v2/grant_pb.js';
import { codeName } from '../../../src/baton/author/code.ts';
import { describeFailure, describeRequest, quote } from '../../../src/baton/harness/describe-call.ts';
import { buildUserResource } from '../../../src/baton/messages/resource.ts';
import { readerType } from '../library-connector.ts';

test('describeRequest: a resource is its ids, and nothing of the person behind it', () => {
  const resource = buildUserResource({
    type: readerType,
    id: 'r1',
    displayName: 'Reader One',
    enabled: true,
    email: 'r1@library.test',
    login: 'reader-one',
    profile: { address: 'Shelf 1' },
  });
  assert.equal(
    describeRequest(GrantsService.method.listGrants, { resource, pageSize: 7 }),
    'ListGrants {"resource":"reader r1","pageSize":7}',
  );
});

test('describeRequest: annotations of the request by name; those of a resource are left out, whatever they hold', () => {
  const strange = create(AnySchema, { typeUrl: 'type.googleapis.com/library.Shelf', value: Buffer.from([0xff]) });
  assert.equal(
    describeRequest(GrantsService.method.listGrants, {
      resource: { id: { resourceType: 'book', resource: 'b1' }, annotations: [strange] },
      annotations: [anyPack(TypeScopedGrantsSchema, create(TypeScopedGrantsSchema)), strange],
    }),
    'ListGrants {"resource":"book b1","annotations":["TypeScopedGrants","Shelf"]}',
  );
});

test('describeRequest: long values are cut, and say how long they were', () => {
  assert.equal(
    describeRequest(GrantsService.method.listGrants, { pageToken: 'ä'.repeat(1000) }),
    `ListGrants {"pageToken":"${'ä'.repeat(20)}… (2000 bytes)"}`,
  );
});

test('describeRequest: entitlements and principals by their ids', () => {
  const principal = { id: { resourceType: 'reader', resource: 'r1' }, displayName: 'Reader One' };
  const entitlement = { id: 'book:b1:borrowed', resource: { id: { resourceType: 'book', resource: 'b1' } } };
  assert.equal(
    describeRequest(GrantManagerService.method.grant, { entitlement, principal }),
    'Grant {"entitlement":{"resource":"book b1","id":"book:b1:borrowed"},"principal":"reader r1"}',
  );
});

test('codeName: as the protocol spells it', () => {
  assert.deepEqual([Code.InvalidArgument, Code.Unknown, Code.DataLoss].map(codeName), [
    'INVALID_ARGUMENT',
    'UNKNOWN',
    'DATA_LOSS',
  ]);
});

test('describeFailure: code and text, cut', () => {
  const text = describeFailure(new ConnectError('x'.repeat(5000), Code.Internal));
  assert.match(text, /^INTERNAL: x{290}…$/);
});

test('quote: long ids are cut between characters', () => {
  assert.equal(quote('b1'), '"b1"');
  assert.equal(quote(`${'x'.repeat(59)}😀${'x'.repeat(100)}`), `"${'x'.repeat(59)}\uFFFD"… (163 bytes)`);
});
