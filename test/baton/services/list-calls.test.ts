import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import { Code, type ConnectError, createClient, createRouterTransport } from '@connectrpc/connect';
import { z } from 'zod';
import { TypeScopedEntitlementsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_entitlements_pb.js';
import { TypeScopedGrantsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import { EntitlementsService } from '#gen/c1/connector/v2/entitlement_pb.js';
import { GrantsService } from '#gen/c1/connector/v2/grant_pb.js';
import {
  ResourceGetterService,
  ResourceSchema,
  ResourcesService,
  ResourcesServiceListResourcesResponseSchema,
  ResourceTypeSchema,
  ResourceTypesService,
} from '#gen/c1/connector/v2/resource_pb.js';
import { type Connector, listing, type ResourceSyncer, singlePage } from '../../../src/baton/author/connector.ts';
import { buildGrant, entitlementStub } from '../../../src/baton/messages/grant.ts';
import { annotation, buildResource, packAnnotations } from '../../../src/baton/messages/resource.ts';
import { wireResponseMaxBytes } from '../../../src/baton/services/call-context.ts';
import { createConnectorServices } from '../../../src/baton/services/connector-services.ts';
import { encodePageToken } from '../../../src/baton/services/lists/page-token.ts';
import { bookType, createLibrary, type LibraryOptions } from '../library-connector.ts';

function clientsOf(connector: Connector) {
  const services = createConnectorServices(connector, { provisioning: false, ticketing: false });
  const transport = createRouterTransport((router) => {
    for (const { desc, implementation } of services) {
      router.service(desc, implementation);
    }
  });
  return {
    types: createClient(ResourceTypesService, transport),
    resources: createClient(ResourcesService, transport),
    getter: createClient(ResourceGetterService, transport),
    entitlements: createClient(EntitlementsService, transport),
    grants: createClient(GrantsService, transport),
  };
}

function libraryClients(options?: LibraryOptions) {
  const { connector, reads } = createLibrary(options);
  return { ...clientsOf(connector), reads };
}

async function readAll(resources: ReturnType<typeof clientsOf>['resources'], pageSize: number) {
  const ids: string[] = [];
  const sizes: number[] = [];
  let pageToken = '';
  do {
    const answer = await resources.listResources({ resourceTypeId: 'book', pageSize, pageToken });
    ids.push(...answer.list.map((resource) => resource.id?.resource ?? ''));
    sizes.push(answer.list.length);
    pageToken = answer.nextPageToken;
  } while (pageToken !== '');
  return { ids, sizes };
}

const bookIds = (count: number) => Array.from({ length: count }, (_, index) => `b${index}`);

function rejectsWith(code: Code, message: RegExp) {
  return (error: ConnectError) => {
    assert.equal(error.code, code);
    assert.match(error.rawMessage, message);
    return true;
  };
}

for (const pageSize of [1, 3, 7, 50, 250, 0]) {
  test(`page_size ${pageSize} gives every item once, and no page is larger`, async () => {
    const { resources } = libraryClients({ books: 25 });
    const { ids, sizes } = await readAll(resources, pageSize);
    assert.deepEqual(ids, bookIds(25));
    if (pageSize > 0) {
      assert.ok(Math.max(...sizes) <= pageSize, `pages of ${sizes}`);
    }
  });
}

test('a page of the application that is cut is read once', async () => {
  const { resources, reads } = libraryClients({ books: 20, sourcePageSize: 10 });
  await readAll(resources, 1);
  assert.deepEqual(reads, ['books 0', 'books 10']);
});

test('another process goes on inside of a cut page', async () => {
  const first = libraryClients({ books: 20 });
  const second = libraryClients({ books: 20 });
  const { nextPageToken: pageToken } = await first.resources.listResources({ resourceTypeId: 'book', pageSize: 7 });
  const answer = await second.resources.listResources({ resourceTypeId: 'book', pageSize: 7, pageToken });
  assert.deepEqual(
    answer.list.map((resource) => resource.id?.resource),
    ['b7', 'b8', 'b9'],
  );
});

test('an old page token answers the same page again', async () => {
  const { resources } = libraryClients({ books: 20 });
  const { nextPageToken: pageToken } = await resources.listResources({ resourceTypeId: 'book', pageSize: 4 });
  const once = await resources.listResources({ resourceTypeId: 'book', pageSize: 4, pageToken });
  await readAll(resources, 4);
  const again = await resources.listResources({ resourceTypeId: 'book', pageSize: 4, pageToken });
  assert.deepEqual(again, once);
});

test('no answer is larger than a message may be, whatever page_size says', async () => {
  // 4,000 books with names of 1 KB are about 4.3 MB.
  const { resources } = libraryClients({ books: 4000, sourcePageSize: 5000, titleOf: () => 'x'.repeat(1024) });
  const sizes: number[] = [];
  let count = 0;
  let pageToken = '';
  do {
    const answer = await resources.listResources({ resourceTypeId: 'book', pageToken });
    sizes.push(toBinary(ResourcesServiceListResourcesResponseSchema, answer).byteLength);
    count += answer.list.length;
    pageToken = answer.nextPageToken;
  } while (pageToken !== '');
  assert.equal(count, 4000);
  assert.ok(Math.max(...sizes) <= wireResponseMaxBytes + 1024, `answers of ${sizes} bytes`);
  assert.equal(sizes.length, 2);
});

test('an item that is larger than a message should be is answered alone rather than never', async () => {
  const huge = create(ResourceSchema, {
    id: { resourceType: 'book', resource: 'x' },
    displayName: 'y'.repeat(3_000_000),
  });
  const { resources } = clientsOf({
    metadata: { displayName: 'Huge' },
    resourceTypes: [{ type: bookType, list: singlePage(async () => [huge, huge]) }],
  });
  const answer = await resources.listResources({ resourceTypeId: 'book' });
  assert.equal(answer.list.length, 1);
  assert.notEqual(answer.nextPageToken, '');
});

/** What tells the listing of books from other enumerations. */
const bookEnumeration = 'list resources of book below /';

const garbage: [name: string, token: string][] = [
  ['text', 'garbage'],
  ['JSON of another shape', Buffer.from('{"offset":5}').toString('base64url')],
  ['a negative position', encodePageToken(bookEnumeration, { token: undefined, skip: -1 })],
  ['a token that another listing would take', encodePageToken(bookEnumeration, { token: { page: 'x' }, skip: 0 })],
  ['a null token', encodePageToken(bookEnumeration, { token: null, skip: 0 })],
  ['an empty object', Buffer.from('{}').toString('base64url')],
];
for (const [name, pageToken] of garbage) {
  test(`a page token that is ${name} is INVALID_ARGUMENT`, async () => {
    const { resources } = libraryClients();
    await assert.rejects(
      resources.listResources({ resourceTypeId: 'book', pageToken }),
      rejectsWith(Code.InvalidArgument, /page_token ".*" was not issued for this request: send next_page_token/),
    );
  });
}

test('a page token of another enumeration is INVALID_ARGUMENT, rather than a place in this one', async () => {
  const { resources, grants } = libraryClients({ books: 20 });
  const { nextPageToken: pageToken } = await resources.listResources({ resourceTypeId: 'book', pageSize: 7 });
  const expected = rejectsWith(
    Code.InvalidArgument,
    /page_token ".*" was not issued for this request: send next_page_token/,
  );
  await assert.rejects(resources.listResources({ resourceTypeId: 'reader', pageToken }), expected);
  const resource = buildResource({ type: bookType, id: 'b0', displayName: 'Book 0' });
  await assert.rejects(grants.listGrants({ resource, pageToken }), expected);
});

test('a page token of a listing with one page is INVALID_ARGUMENT', async () => {
  const { entitlements } = libraryClients();
  const resource = buildResource({ type: bookType, id: 'b0', displayName: 'Book 0' });
  await assert.rejects(
    entitlements.listEntitlements({
      resource,
      pageToken: encodePageToken('list entitlements of book b0', { token: 5, skip: 0 }),
    }),
    rejectsWith(Code.InvalidArgument, /page_token/),
  );
});

test('a listing that names the same page again is an INTERNAL error, not an endless sync', async () => {
  const { resources } = clientsOf({
    metadata: { displayName: 'Loop' },
    resourceTypes: [
      { type: bookType, list: listing(z.strictObject({ at: z.int() }), async () => ({ items: [], next: { at: 1 } })) },
    ],
  });
  const { nextPageToken: pageToken } = await resources.listResources({ resourceTypeId: 'book' });
  await assert.rejects(
    resources.listResources({ resourceTypeId: 'book', pageToken }),
    rejectsWith(Code.Internal, /next page token unchanged/),
  );
});

test('an unknown resource type is NOT_FOUND and the answer names the known ones', async () => {
  const { resources, entitlements, grants } = libraryClients();
  const resource = create(ResourceSchema, { id: { resourceType: 'cd', resource: '1' } });
  const expected = rejectsWith(Code.NotFound, /unknown resource type "cd"; this connector has: reader, book/);
  await assert.rejects(resources.listResources({ resourceTypeId: 'cd' }), expected);
  await assert.rejects(entitlements.listEntitlements({ resource }), expected);
  await assert.rejects(entitlements.listStaticEntitlements({ resourceTypeId: 'cd' }), expected);
  await assert.rejects(grants.listGrants({ resource }), expected);
});

test('entitlements and grants without a resource are INVALID_ARGUMENT', async () => {
  const { entitlements, grants } = libraryClients();
  await assert.rejects(entitlements.listEntitlements({}), rejectsWith(Code.InvalidArgument, /requires a resource/));
  await assert.rejects(grants.listGrants({}), rejectsWith(Code.InvalidArgument, /requires a resource/));
});

test('a type without entitlements and grants answers none', async () => {
  const { entitlements, grants } = libraryClients();
  const resource = create(ResourceSchema, { id: { resourceType: 'reader', resource: 'r1' } });
  assert.deepEqual((await entitlements.listEntitlements({ resource })).list, []);
  assert.deepEqual((await entitlements.listStaticEntitlements({ resourceTypeId: 'book' })).list, []);
  assert.deepEqual((await grants.listGrants({ resource })).list, []);
});

test('GetResource answers a resource, NOT_FOUND for one that is gone, UNIMPLEMENTED for a type without a getter', async () => {
  const { getter } = libraryClients();
  const { resource } = await getter.getResource({ resourceId: { resourceType: 'book', resource: 'b1' } });
  assert.equal(resource?.displayName, 'Book 1');
  await assert.rejects(
    getter.getResource({ resourceId: { resourceType: 'book', resource: 'b99' } }),
    rejectsWith(Code.NotFound, /there is no book b99/),
  );
  await assert.rejects(
    getter.getResource({ resourceId: { resourceType: 'reader', resource: 'r1' } }),
    rejectsWith(Code.Unimplemented, /reader/),
  );
});

test('a connector without resource types answers FAILED_PRECONDITION', async () => {
  const { types } = clientsOf({ metadata: { displayName: 'Empty' }, resourceTypes: [] });
  await assert.rejects(types.listResourceTypes({}), rejectsWith(Code.FailedPrecondition, /no resource types found/));
});

test('two resource types with one id are refused when the services are made', () => {
  const { connector } = createLibrary();
  const twice = { ...connector, resourceTypes: [...connector.resourceTypes, ...connector.resourceTypes] };
  assert.throws(() => createConnectorServices(twice, { provisioning: false, ticketing: false }), /same id/);
});

const scopedBookType = create(ResourceTypeSchema, {
  ...bookType,
  annotations: packAnnotations([annotation(TypeScopedGrantsSchema, create(TypeScopedGrantsSchema))]),
});

test('a request with TypeScopedGrants lists the grants of the whole type', async () => {
  const stub = entitlementStub(buildResource({ type: bookType, id: 'b0', displayName: 'Book 0' }), 'borrowed');
  const { grants } = clientsOf({
    metadata: { displayName: 'Scoped' },
    resourceTypes: [
      {
        type: scopedBookType,
        list: singlePage(async () => []),
        grantsOfType: singlePage(async () => [buildGrant(stub, 'reader', 'r0')]),
      },
    ],
  });
  const annotations = packAnnotations([annotation(TypeScopedGrantsSchema, create(TypeScopedGrantsSchema))]);
  const { list } = await grants.listGrants({
    resource: { id: { resourceType: 'book', resource: 'book' } },
    annotations,
  });
  assert.deepEqual(
    list.map((grant) => grant.id),
    ['book:b0:borrowed:reader:r0'],
  );
});

test('a type-scoped request to a type without such an enumeration is INVALID_ARGUMENT', async () => {
  const { grants, entitlements } = libraryClients();
  const resource = { id: { resourceType: 'book', resource: 'book' } };
  await assert.rejects(
    grants.listGrants({
      resource,
      annotations: packAnnotations([annotation(TypeScopedGrantsSchema, create(TypeScopedGrantsSchema))]),
    }),
    rejectsWith(Code.InvalidArgument, /TypeScopedGrants is not supported by resource type book/),
  );
  await assert.rejects(
    entitlements.listEntitlements({
      resource,
      annotations: packAnnotations([annotation(TypeScopedEntitlementsSchema, create(TypeScopedEntitlementsSchema))]),
    }),
    rejectsWith(Code.InvalidArgument, /TypeScopedEntitlements is not supported by resource type book/),
  );
});

test('a type-scoped annotation and its enumeration must come together', () => {
  const list = singlePage<never, unknown>(async () => []);
  const services = (syncer: ResourceSyncer) =>
    createConnectorServices(
      { metadata: { displayName: 'Scoped' }, resourceTypes: [syncer] },
      { provisioning: false, ticketing: false },
    );
  assert.throws(() => services({ type: scopedBookType, list }), /carries TypeScopedGrants but has no enumeration/);
  assert.throws(() => services({ type: bookType, list, grantsOfType: list }), /lacks the annotation TypeScopedGrants/);
});
