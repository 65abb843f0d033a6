import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { anyUnpack, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { z } from 'zod';
import { EntitlementExclusionGroupSchema } from '#gen/c1/connector/v2/annotation_exclusion_group_pb.js';
import { RateLimitDescriptionSchema } from '#gen/c1/connector/v2/annotation_ratelimit_pb.js';
import { ChildResourceTypeSchema, SkipGrantsSchema } from '#gen/c1/connector/v2/annotation_resource_tree_pb.js';
import { TypeScopedEntitlementsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_entitlements_pb.js';
import { TypeScopedGrantsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import { EntitlementSchema } from '#gen/c1/connector/v2/entitlement_pb.js';
import type { Grant } from '#gen/c1/connector/v2/grant_pb.js';
import { type Resource, ResourceSchema, ResourceTypeSchema } from '#gen/c1/connector/v2/resource_pb.js';
import {
  type Connector,
  listing,
  type ResourceRequest,
  type ResourceSyncer,
  singlePage,
} from '../../../src/baton/author/connector.ts';
import { Code, ServiceError } from '../../../src/baton/author/service-error.ts';
import { buildGrant, entitlementStub } from '../../../src/baton/messages/grant.ts';
import { annotation, buildResource, packAnnotations } from '../../../src/baton/messages/resource.ts';
import type { FullSyncOptions } from '../../../src/baton/sync/sync-context.ts';
import { bookType, createLibrary, createSeries, readerType } from '../library-connector.ts';
import { type SyncResult, sync, withSyncer } from './sync-connector.ts';

test('a full sync stores every type, resource, entitlement and grant, in the order of the Go syncer', async () => {
  const { connector } = createLibrary({ readers: 25, books: 12, readersOfBook: 21 });
  const { events, ...store } = await sync(connector);
  assert.deepEqual(
    store.resourceTypes.map((type) => type.id),
    ['reader', 'book'],
  );
  assert.equal(store.resources.length, 37);
  assert.deepEqual(
    store.entitlements.map((entitlement) => entitlement.id),
    Array.from({ length: 12 }, (_, book) => `book:b${book}:borrowed`),
  );
  assert.equal(store.grants.length, 12 * 21);
  assert.equal(store.grants[22]?.id, 'book:b1:borrowed:reader:r1');
  assert.deepEqual(
    events.filter((event) => event.startsWith('start')),
    ['start validate', 'start resource types', 'start resources', 'start entitlements', 'start grants'],
  );
});

test('the last resource type is listed first, as the Go syncer does', async () => {
  const { connector } = createLibrary({ readers: 1, books: 1 });
  const { resources } = await sync(connector);
  assert.deepEqual(
    resources.map((resource) => resource.id?.resourceType),
    ['book', 'reader'],
  );
});

test('several workers store the same', async () => {
  const { connector } = createLibrary({ readers: 25, books: 12, readersOfBook: 21 });
  const one = await sync(connector);
  const four = await sync(connector, { workers: 4 });
  const ids = (store: SyncResult) => [
    ...store.resources.map((resource) => `${resource.id?.resourceType}:${resource.id?.resource}`),
    ...store.grants.map((grant) => grant.id),
  ];
  assert.deepEqual(ids(four).sort(), ids(one).sort());
});

test('every call of a sync carries its id, and Cleanup comes last', async () => {
  const { connector } = createLibrary();
  const seen: string[] = [];
  const watched = withSyncer(
    {
      ...connector,
      cleanup: async ({ syncId }) => {
        seen.push(`cleanup ${syncId}`);
      },
    },
    'book',
    {
      grants: singlePage(async (_request, { syncId }) => {
        seen.push(`grants ${syncId}`);
        return [];
      }),
    },
  );
  const store = await sync(watched);
  assert.deepEqual(seen, [`grants ${store.syncId}`, `grants ${store.syncId}`, `cleanup ${store.syncId}`]);
});

test('a failed sync cleans up too, and rejects with what the connector threw', async () => {
  const { connector } = createLibrary();
  let cleaned = false;
  const failing = withSyncer(
    {
      ...connector,
      cleanup: async () => {
        cleaned = true;
      },
    },
    'book',
    {
      grants: singlePage(async () => {
        throw new ServiceError(Code.PermissionDenied, 'no reporting', { reason: 'forbidden' });
      }),
    },
  );
  await assert.rejects(sync(failing), /no reporting/);
  assert.equal(cleaned, true);
});

test('validation that fails ends the sync before anything is listed', async () => {
  const { connector, reads } = createLibrary();
  const validate = async () => {
    throw new ServiceError(Code.Unauthenticated, 'token expired', { reason: 'expired' });
  };
  await assert.rejects(sync({ ...connector, validate }), /token expired/);
  assert.deepEqual(reads, []);
});

test('validation is repeated only if the application says when', async () => {
  const { connector } = createLibrary();
  const callRetry = { timeoutMs: 60_000, delayMinMs: 1 };
  const limit = { desc: RateLimitDescriptionSchema, value: { resetAt: timestampFromMs(Date.now() + 20) } };
  for (const [details, expected] of [
    [[limit], 2],
    [[], 1],
  ] as const) {
    let calls = 0;
    const validate = async () => {
      calls += 1;
      if (calls === 1) throw new ServiceError(Code.Unavailable, 'closed for lunch', { reason: 'closed', details });
    };
    const result = sync({ ...connector, validate }, { callRetry });
    await (expected === 2 ? result : assert.rejects(result, /closed for lunch/));
    assert.equal(calls, expected);
  }
});

test('resourceTypeIds: only those types are listed, and an unknown one is refused', async () => {
  const { connector } = createLibrary();
  const store = await sync(connector, { resourceTypeIds: ['reader'] });
  assert.deepEqual([store.resourceTypes.length, store.resources.length, store.grants.length], [1, 3, 0]);
  await assert.rejects(sync(connector, { resourceTypeIds: ['cd'] }), /invalid resource type 'cd' in filter/);
});

test('skipEntitlementsAndGrants: only resources are stored', async () => {
  const { connector } = createLibrary();
  const store = await sync(connector, { skipEntitlementsAndGrants: true });
  assert.deepEqual([store.resources.length, store.entitlements.length, store.grants.length], [5, 0, 0]);
});

test('validate gets its purpose: the sync, and what it lists', async () => {
  const { connector } = createLibrary();
  const told: unknown[] = [];
  const validate: Connector['validate'] = async ({ syncId }, validation) => {
    told.push([syncId === undefined ? 'no sync' : 'a sync', validation]);
  };
  const all = { isForSync: true, resourceTypeIds: undefined, hasGrants: true };
  const cases: [Partial<FullSyncOptions>, unknown][] = [
    [{}, ['a sync', all]],
    [{ resourceTypeIds: ['book'] }, ['a sync', { ...all, resourceTypeIds: ['book'] }]],
    [{ skipEntitlementsAndGrants: true }, ['a sync', { ...all, hasGrants: false }]],
    [{ skipGrants: true }, ['a sync', { ...all, hasGrants: false }]],
    [{ targets: [] }, ['a sync', { isForSync: true, resourceTypeIds: [], hasGrants: false }]],
    [{ isEmpty: true }, ['no sync', { isForSync: false, hasGrants: false }]],
  ];
  for (const [options] of cases) {
    await sync({ ...connector, validate }, options);
  }
  assert.deepEqual(
    told,
    cases.map(([, expected]) => expected),
  );
});

test('isEmpty: the connector is validated and nothing is read', async () => {
  const { connector, reads } = createLibrary();
  const { resourceTypes, events } = await sync(connector, { isEmpty: true });
  assert.deepEqual([resourceTypes, reads, events], [[], [], ['start validate', 'end validate']]);
});

test('a type that skips entitlements and grants is never asked for them', async () => {
  const { connector } = createLibrary();
  const asked = singlePage<never, unknown>(async () => assert.fail('asked for grants of a reader'));
  await sync(withSyncer(connector, 'reader', { grants: asked, entitlements: asked }));
});

test('a resource that skips grants has entitlements all the same', async () => {
  const { connector } = createLibrary();
  const annotations = [annotation(SkipGrantsSchema, create(SkipGrantsSchema))];
  const list = singlePage(async () => [buildResource({ type: bookType, id: 'b0', displayName: 'Book', annotations })]);
  const store = await sync(withSyncer(connector, 'book', { list }));
  assert.deepEqual([store.entitlements.length, store.grants.length], [1, 0]);
});

test('a resource without the trait that its type declares fails the sync', async () => {
  const { connector } = createLibrary();
  const list = singlePage(async () => [buildResource({ type: readerType, id: 'r0', displayName: 'Reader' })]);
  await assert.rejects(sync(withSyncer(connector, 'reader', { list })), /reader r0 has no UserTrait/);
});

test('resources without an id are skipped and counted', async () => {
  const { connector } = createLibrary();
  const list = singlePage(async () => [create(ResourceSchema, { displayName: 'nameless' })]);
  const { events, ...store } = await sync(withSyncer(connector, 'book', { list }));
  assert.equal(store.resources.length, 3);
  assert.ok(events.includes('skipped: 1 resources of type book without an id'));
});

test('children are listed once below each parent', async () => {
  const { connector } = createLibrary({ books: 2 });
  const chapterType = create(ResourceTypeSchema, { id: 'chapter', displayName: 'Chapter' });
  const annotations = [
    annotation(ChildResourceTypeSchema, create(ChildResourceTypeSchema, { resourceTypeId: 'chapter' })),
  ];
  const books = [0, 1, 1].map((n) => buildResource({ type: bookType, id: `b${n}`, displayName: 'Book', annotations }));
  const chapters: ResourceSyncer = {
    type: chapterType,
    list: singlePage(async ({ parent }) =>
      parent ? [buildResource({ type: chapterType, id: `${parent.resource}-1`, displayName: 'One' })] : [],
    ),
  };
  const library = withSyncer(connector, 'book', { list: singlePage(async () => books) });
  const store = await sync({ ...library, resourceTypes: [...library.resourceTypes, chapters] });
  const ids = store.resources.filter((resource) => resource.id?.resourceType === 'chapter');
  assert.deepEqual(
    ids.map((resource) => resource.id?.resource),
    ['b0-1', 'b1-1'],
  );
});

test('static entitlements are expanded over the stored resources of their type', async () => {
  const { connector } = createLibrary({ books: 2 });
  const template = create(EntitlementSchema, {
    slug: 'reserved',
    annotations: packAnnotations([
      annotation(
        EntitlementExclusionGroupSchema,
        create(EntitlementExclusionGroupSchema, { exclusionGroupId: 'loan', scopeToResource: true }),
      ),
    ]),
  });
  const store = await sync(withSyncer(connector, 'book', { staticEntitlements: singlePage(async () => [template]) }));
  const [first] = store.entitlements;
  assert.equal(first?.id, 'book:b0:reserved');
  assert.equal(first?.displayName, 'Book 0');
  const [group] = first?.annotations ?? [];
  assert.equal(group && anyUnpack(group, EntitlementExclusionGroupSchema)?.exclusionGroupId, 'loan-b0');
  assert.equal(store.entitlements.length, 4);
});

test('a resource that is gone when its grants are asked for is skipped with a warning', async () => {
  const { connector } = createLibrary({ books: 3 });
  const grants = singlePage<Grant, ResourceRequest>(async ({ resource }) => {
    if (resource.id?.resource === 'b1') {
      throw new ServiceError(Code.NotFound, 'no such book', { reason: 'gone' });
    }
    return [];
  });
  const { events } = await sync(withSyncer(connector, 'book', { grants }));
  assert.ok(events.includes('warning: ListGrants of book b1 was skipped: no such book'));
  assert.ok(events.includes('skipped: 1 listings that were not found'));
});

test('many resources that are gone fail the sync', async () => {
  const { connector } = createLibrary({ books: 30 });
  const grants = singlePage<Grant, unknown>(async () => {
    throw new ServiceError(Code.NotFound, 'no such book', { reason: 'gone' });
  });
  await assert.rejects(sync(withSyncer(connector, 'book', { grants })), /too many warnings/);
});

test('a page token that does not change fails the sync', async () => {
  const { connector } = createLibrary();
  const list = listing(z.strictObject({ at: z.int() }), async () => ({ items: [], next: { at: 1 } }));
  await assert.rejects(sync(withSyncer(connector, 'book', { list })), /token unchanged/);
});

test('an abort ends the sync', async () => {
  const { connector } = createLibrary();
  const controller = new AbortController();
  const list = singlePage(async () => {
    controller.abort(new Error('stopped by the operator'));
    return [];
  });
  await assert.rejects(
    sync(withSyncer(connector, 'reader', { list }), { signal: controller.signal }),
    /stopped by the operator/,
  );
});

test('a type-scoped type is asked once for entitlements and grants, even without resources', async () => {
  const { connector } = createLibrary({ books: 3 });
  const scoped = create(ResourceTypeSchema, {
    ...bookType,
    annotations: packAnnotations([
      annotation(TypeScopedEntitlementsSchema, create(TypeScopedEntitlementsSchema)),
      annotation(TypeScopedGrantsSchema, create(TypeScopedGrantsSchema)),
    ]),
  });
  const book = buildResource({ type: bookType, id: 'b0', displayName: 'Book 0' });
  let asked = 0;
  const { entitlements, grants } = await sync(
    withSyncer(connector, 'book', {
      type: scoped,
      list: singlePage(async () => []),
      entitlementsOfType: singlePage(async () => {
        asked++;
        return [create(EntitlementSchema, { id: 'book:b0:borrowed', resource: book, slug: 'borrowed' })];
      }),
      grantsOfType: singlePage(async () => {
        asked++;
        return [buildGrant(entitlementStub(book, 'borrowed'), 'reader', 'r0')];
      }),
    }),
  );
  assert.deepEqual([asked, entitlements.length, grants[0]?.id], [2, 1, 'book:b0:borrowed:reader:r0']);
});

/** A library whose books are asked as a whole, and what was asked of it, in order. */
function listenToBooks(change: Partial<ResourceSyncer> = {}) {
  const { connector } = createLibrary({ readers: 1, books: 1 });
  const asked: string[] = [];
  const book = buildResource({ type: bookType, id: 'b0', displayName: 'b0' });
  const one = buildGrant(entitlementStub(book, 'borrowed'), readerType.id, 'r0');
  const two = buildGrant(entitlementStub(book, 'borrowed'), readerType.id, 'r1');
  const page = z.literal('second');
  const type = create(ResourceTypeSchema, {
    ...bookType,
    annotations: packAnnotations([annotation(TypeScopedGrantsSchema, create(TypeScopedGrantsSchema))]),
  });
  const heard = withSyncer(connector, 'book', {
    type,
    list: singlePage(async () => {
      asked.push('list');
      await new Promise(setImmediate);
      asked.push('listed');
      return [buildResource({ type, id: 'b0', displayName: 'b0' })];
    }),
    grantsOfType: listing(page, async (_request, token) => {
      asked.push(token ?? 'first');
      return token ? { items: [two] } : { items: [one], next: 'second' as const };
    }),
    ...change,
  });
  return { connector: heard, asked };
}

test('the first page of type-scoped grants is requested once, while resources are listed', async () => {
  const { connector, asked } = listenToBooks();
  const { grants } = await sync(connector);
  assert.deepEqual(asked.toSorted(), ['first', 'list', 'listed', 'second']);
  assert.ok(asked.indexOf('first') < asked.indexOf('listed'), asked.join(' '));
  assert.equal(asked.at(-1), 'second');
  assert.deepEqual(
    grants.map((grant) => grant.principal?.id?.resource),
    ['r0', 'r1'],
  );
});

for (const options of [{ skipGrants: true }, { skipEntitlementsAndGrants: true }, { targets: [] }]) {
  test(`no grants are prefetched with ${Object.keys(options)}`, async () => {
    const { connector, asked } = listenToBooks();
    await sync(connector, options);
    assert.ok(!asked.includes('first'), asked.join(' '));
  });
}

test('a failed prefetch of grants fails the sync in the grants step', async () => {
  const grantsOfType = singlePage(async (): Promise<Grant[]> => {
    throw new ServiceError(Code.Unavailable, 'no grants today', { reason: 'closed' });
  });
  const { connector, asked } = listenToBooks({ grantsOfType });
  await assert.rejects(sync(connector), /no grants today/);
  assert.ok(asked.includes('listed'));
});

test('a call for grants that is under way ends when the listing of resources fails', async () => {
  let hasEnded = false;
  const grantsOfType = singlePage(async (_request, { signal }): Promise<Grant[]> => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    hasEnded = true;
    throw signal.reason;
  });
  const list = singlePage(async (): Promise<Resource[]> => {
    throw new ServiceError(Code.Unavailable, 'no books today', { reason: 'closed' });
  });
  const { connector } = listenToBooks({ grantsOfType, list });
  await assert.rejects(sync(connector), /no books today/);
  await new Promise(setImmediate);
  assert.ok(hasEnded);
});

const expandedIds = ['r0', 'r1'].map((reader) => `book:b1:borrowed:reader:${reader}`);

test('grants that follow from others are added in a phase of their own', async () => {
  const { grants, events } = await sync(createSeries());
  assert.deepEqual(
    grants.map(({ id }) => id),
    ['book:b0:borrowed:reader:r0', 'book:b0:borrowed:reader:r1', 'book:b1:borrowed:book:b0', ...expandedIds],
  );
  assert.deepEqual(events.slice(-2), ['start expansion', 'end expansion']);
});

test('grants are left unexpanded on request', async () => {
  const { grants, events } = await sync(createSeries(), { skipExpandGrants: true });
  assert.equal(grants.length, 3);
  assert.ok(!events.includes('start expansion'));
});

test('a targeted sync expands no grants: it lacks what they follow from', async () => {
  const targets = [{ id: { resourceType: 'book', resource: 'b1' } }];
  const { grants } = await sync(createSeries(), { targets });
  assert.deepEqual(
    grants.map(({ id }) => id),
    ['book:b1:borrowed:book:b0'],
  );
});

test('the limits of an expansion apply', async () => {
  const series = createSeries({ books: 4 });
  await sync(series, { expansion: { maxDepth: 3, mergeCycles: true } });
  const tooDeep = sync(series, { expansion: { maxDepth: 2, mergeCycles: true } });
  await assert.rejects(tooDeep, { reason: 'expansion_too_deep' });
});
