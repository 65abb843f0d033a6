import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, toBinary, toJson } from '@bufbuild/protobuf';
import { createClient } from '@connectrpc/connect';
import { type Grant, GrantsService, GrantsServiceListGrantsResponseSchema } from '#gen/c1/connector/v2/grant_pb.js';
import { buildGrant, entitlementStub, type ListedGrant, toGrant } from '../../../src/baton/messages/grant.ts';
import { buildResource } from '../../../src/baton/messages/resource.ts';
import { type ListFields, ListResponse } from '../../../src/baton/services/list-response.ts';
import { serviceEntry } from '../../../src/baton/services/service-entry.ts';
import { bookType } from '../library-connector.ts';
import { startTestServer } from '../server/test-server.ts';

const book = buildResource({ type: bookType, id: 'b0', displayName: 'Book 0' });
const plain = { entitlement: entitlementStub(book, 'borrowed'), principalType: 'reader', principal: 'r0' };
const message = buildGrant(plain.entitlement, plain.principalType, plain.principal);

function respond({ toMessage, bytes }: { toMessage: (grant: ListedGrant) => typeof message; bytes?: Buffer }) {
  return new ListResponse({
    typeName: GrantsServiceListGrantsResponseSchema.typeName,
    items: [plain],
    toMessage,
    bytes,
    nextPageToken: 'next',
    annotations: [],
  });
}

test('a page makes its messages when its list is read, and once', () => {
  let made = 0;
  const page = respond({
    toMessage: (grant) => {
      made++;
      return toGrant(grant);
    },
  });
  assert.deepEqual([page.items, made], [[plain], 0]);
  assert.deepEqual([page.list, page.list, made], [[message], [message], 1]);
});

test('a page is a message to protobuf-es', () => {
  const page: ListFields<Grant> = respond({ toMessage: toGrant });
  const [sent, expected] = [page, { list: [message], nextPageToken: 'next' }].map((init) =>
    create(GrantsServiceListGrantsResponseSchema, init),
  );
  assert.ok(sent === page && expected);
  assert.deepEqual(
    toBinary(GrantsServiceListGrantsResponseSchema, sent),
    toBinary(GrantsServiceListGrantsResponseSchema, expected),
  );
  assert.deepEqual(
    toJson(GrantsServiceListGrantsResponseSchema, sent),
    toJson(GrantsServiceListGrantsResponseSchema, expected),
  );
});

test('the gRPC server sends the bytes of a page, and makes no messages', async (t) => {
  const bytes = Buffer.from(
    toBinary(
      GrantsServiceListGrantsResponseSchema,
      create(GrantsServiceListGrantsResponseSchema, { list: [message], nextPageToken: 'of the bytes' }),
    ),
  );
  const listGrants = (): ListFields<Grant> => respond({ toMessage: () => assert.fail('a message was made'), bytes });
  const { transport } = await startTestServer(t, [serviceEntry(GrantsService, { listGrants })]);
  const { list, nextPageToken } = await createClient(GrantsService, transport).listGrants({ resource: book });
  assert.deepEqual([list, nextPageToken], [[message], 'of the bytes']);
});
