import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { create, type DescMessage } from '@bufbuild/protobuf';
import { anyIs, anyPack } from '@bufbuild/protobuf/wkt';
import { InsertResourceGrantsSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import {
  ChildResourceTypeSchema,
  SkipEntitlementsAndGrantsSchema,
} from '#gen/c1/connector/v2/annotation_resource_tree_pb.js';
import { TypeScopedEntitlementsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_entitlements_pb.js';
import {
  EnqueuePageTokensSchema,
  TypeScopedGrantsSchema,
} from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import { ResourceTypeSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../../../src/baton/author/service-error.ts';
import { buildAssignmentEntitlement } from '../../../src/baton/messages/entitlement.ts';
import { buildGrant, entitlementStub } from '../../../src/baton/messages/grant.ts';
import { buildResource } from '../../../src/baton/messages/resource.ts';
import { connectorOf, syncServices } from './listing-services.ts';

const mark = (schema: DescMessage) => anyPack(schema, create(schema));
const typeOf = (id: string, ...annotations: DescMessage[]) =>
  create(ResourceTypeSchema, { id, displayName: id, annotations: annotations.map(mark) });
const enqueue = (...pageTokens: string[]) =>
  anyPack(EnqueuePageTokensSchema, create(EnqueuePageTokensSchema, { pageTokens }));
const gone = () => {
  throw new ServiceError(Code.NotFound, 'it is gone', { reason: 'gone' });
};

const roomType = typeOf('room');
const guestType = typeOf('guest', SkipEntitlementsAndGrantsSchema);
const room = (id: string) => buildResource({ type: roomType, id, displayName: id });
const key = (id: string) => entitlementStub(room(id), 'key');
const roomIds = (ids: readonly string[]) => ids.map((id) => room(id));

test('every page of resource types is read, and a selected type may be on any', async () => {
  const types = ['a', 'b', 'c'].map((id) => typeOf(id));
  const services = connectorOf([], {
    listResourceTypes: ({ pageToken }) => {
      const page = Number(pageToken || '0');
      return { list: types.slice(page, page + 1), nextPageToken: page < 2 ? String(page + 1) : '' };
    },
  });
  const { resourceTypes } = await syncServices(services);
  assert.deepEqual(
    resourceTypes.map(({ id }) => id),
    ['a', 'b', 'c'],
  );
  const selected = await syncServices(services, { resourceTypeIds: ['c'] });
  assert.deepEqual(
    selected.resourceTypes.map(({ id }) => id),
    ['c'],
  );
  await assert.rejects(syncServices(services, { resourceTypeIds: ['d'] }), /this connector has: a, b, c$/);
});

test('resource types without an id are skipped and counted', async () => {
  const { resourceTypes, events } = await syncServices(connectorOf([roomType, typeOf('')], {}));
  assert.equal(resourceTypes.length, 1);
  assert.ok(events.includes('skipped: 1 resource types without an id'));
});

test('a type-scoped type that skips entitlements and grants is asked for both: the connector skips some', async () => {
  const type = typeOf('room', SkipEntitlementsAndGrantsSchema, TypeScopedEntitlementsSchema, TypeScopedGrantsSchema);
  const { entitlements, grants } = await syncServices(
    connectorOf([type, guestType], {
      listResources: ({ resourceTypeId }) => ({ list: resourceTypeId === 'room' ? roomIds(['1']) : [] }),
      listEntitlements: () => ({
        list: [
          buildAssignmentEntitlement({
            ...{ resource: room('1'), slug: 'key', displayName: 'Key', description: '', grantableTo: [guestType] },
          }),
        ],
      }),
      listGrants: () => ({ list: [buildGrant(key('1'), 'guest', 'g')] }),
    }),
  );
  assert.deepEqual([entitlements.length, grants.length], [1, 1]);
});

for (const isNew of [true, false]) {
  test(`InsertResourceGrants stores the resources of grants${isNew ? ' that are not listed' : ', instead of listed ones'}`, async () => {
    const inserted = { ...room('9'), displayName: 'Named by a grant' };
    const { resources, grants } = await syncServices(
      connectorOf([roomType], {
        listResources: () => ({ list: roomIds(isNew ? ['1'] : ['1', '9']) }),
        listGrants: ({ resource }) => ({
          list: [
            buildGrant(key(resource?.id?.resource ?? ''), 'room', '1'),
            buildGrant({ ...key('9'), resource: inserted }, 'room', '1'),
          ],
          annotations: [mark(InsertResourceGrantsSchema)],
        }),
      }),
    );
    assert.deepEqual(
      resources.map(({ id, displayName }) => [id?.resource, displayName]),
      [
        ['1', '1'],
        ['9', 'Named by a grant'],
      ],
    );
    assert.deepEqual([...new Set(grants.map(({ id }) => id))].sort(), ['room:1:key:room:1', 'room:9:key:room:1']);
    assert.ok(grants.every(({ annotations }) => annotations.some((any) => anyIs(any, InsertResourceGrantsSchema))));
  });
}

test('resources of types that are not synced are not inserted, but counted', async () => {
  const { resources, events } = await syncServices(
    connectorOf([roomType], {
      listResources: () => ({ list: roomIds(['1']) }),
      listGrants: () => ({
        list: [
          buildGrant(
            entitlementStub(buildResource({ type: typeOf('spa'), id: 's', displayName: 's' }), 'x'),
            'room',
            '1',
          ),
        ],
        annotations: [mark(InsertResourceGrantsSchema)],
      }),
    }),
  );
  assert.equal(resources.length, 1);
  assert.ok(events.includes('skipped: 1 resources inserted by grants, of types that were not listed'));
});

test('NOT_FOUND on one page skips that page, and no page that was enqueued', async () => {
  const { grants, events } = await syncServices(
    connectorOf([roomType], {
      listResources: () => ({ list: roomIds(['1']) }),
      listGrants: ({ pageToken }) => {
        if (pageToken === 'b' || pageToken === 'next') return gone();
        const list = [buildGrant(key('1'), 'room', pageToken || 'first')];
        return pageToken === '' ? { list, nextPageToken: 'next', annotations: [enqueue('a', 'b', 'c')] } : { list };
      },
    }),
  );
  assert.deepEqual(
    grants.map(({ principal }) => principal?.id?.resource),
    ['first', 'a', 'c'],
  );
  assert.deepEqual(
    events.filter((event) => event.startsWith('warning')),
    ['b', 'next'].map((token) => `warning: ListGrants of room 1 (page token "${token}") was skipped: it is gone`),
  );
  assert.equal(events.filter((event) => event === 'skipped: 1 listings that were not found').length, 2);
});

test('NOT_FOUND below a parent, and of static entitlements, is a skip with a name', async () => {
  const floorType = typeOf('floor');
  const child = anyPack(ChildResourceTypeSchema, create(ChildResourceTypeSchema, { resourceTypeId: 'room' }));
  const { resources, events } = await syncServices(
    connectorOf([floorType, roomType], {
      listResources: ({ resourceTypeId, parentResourceId }) => {
        if (parentResourceId) return parentResourceId.resource === 'f1' ? gone() : { list: roomIds(['21']) };
        const floors = ['f1', 'f2'].map((id) => ({
          ...buildResource({ type: floorType, id, displayName: id }),
          annotations: [child],
        }));
        return { list: resourceTypeId === 'floor' ? floors : [] };
      },
      listStaticEntitlements: ({ resourceTypeId }) => (resourceTypeId === 'room' ? gone() : {}),
    }),
  );
  assert.deepEqual(
    resources.map(({ id }) => id?.resource),
    ['f1', 'f2', '21'],
  );
  assert.deepEqual(
    events.filter((event) => event.startsWith('warning')),
    [
      'warning: ListResources of room below floor f1 was skipped: it is gone',
      'warning: ListStaticEntitlements of room was skipped: it is gone',
    ],
  );
});

test('NOT_FOUND for all resources of a type, or for the types, fails the sync', async () => {
  await assert.rejects(syncServices(connectorOf([roomType], { listResources: gone })), { code: Code.NotFound });
  await assert.rejects(syncServices(connectorOf([], { listResourceTypes: gone })), { code: Code.NotFound });
});

/** Many rooms, of which the first ones vanish before their grants are listed. */
const vanishing = (rooms: number, vanished: number) =>
  connectorOf([roomType], {
    listResources: () => ({ list: roomIds(Array.from({ length: rooms }, (_, i) => String(i).padStart(4, '0'))) }),
    listGrants: ({ resource }) => (Number(resource?.id?.resource) < vanished ? gone() : {}),
  });

test('whether too much was skipped is judged by all actions, not by the first', async () => {
  const { events } = await syncServices(vanishing(200, 15));
  assert.equal(events.filter((event) => event.startsWith('warning')).length, 15);
  await assert.rejects(syncServices(vanishing(20, 15)), {
    code: Code.Aborted,
    message: /15 of 48 actions were skipped/,
  });
});

/** Rooms whose grants come in pages, some enqueued. The first calls take longest. */
function slowFirst(log: string[] = []) {
  let running = 0;
  let most = 0;
  let turns = 40;
  const slowly = async <Result>(name: string, answer: Result): Promise<Result> => {
    log.push(name);
    most = Math.max(most, ++running);
    for (let turn = turns--; turn > 0; turn--) await setImmediate();
    running--;
    return answer;
  };
  const services = connectorOf([roomType], {
    listResources: ({ pageToken }) =>
      slowly(`rooms ${pageToken}`, {
        list: roomIds(['1', '2', '3', '4']).map((item) => ({ ...item, description: `page ${pageToken}` })),
        nextPageToken: pageToken === '' ? 'again' : '',
      }),
    listGrants: ({ resource, pageToken }) => {
      const id = resource?.id?.resource ?? '';
      // Each room lists the same grant, so that one sees which was stored last.
      const shared = { ...buildGrant(key('1'), 'room', 'shared') };
      const by = { ...shared, entitlement: { ...key('1'), displayName: `of ${id} ${pageToken}` } };
      return slowly(`grants ${id} ${pageToken}`, {
        list: [buildGrant(key(id), 'room', pageToken || 'first'), by],
        ...(pageToken === '' && { nextPageToken: 'next', annotations: [enqueue('a', 'b')] }),
      });
    },
  });
  return { services, most: () => most };
}

test('with workers calls are made concurrently, and what is stored is the same, row by row', async () => {
  const one = slowFirst();
  const four = slowFirst();
  const sequential = await syncServices(one.services);
  const concurrent = await syncServices(four.services, { workers: 4 });
  assert.deepEqual([one.most(), four.most()], [1, 4]);
  for (const what of ['resources', 'grants', 'events'] as const) {
    assert.deepEqual(concurrent[what], sequential[what]);
  }
  const shared = concurrent.grants.find(({ principal }) => principal?.id?.resource === 'shared');
  assert.equal(shared?.entitlement?.displayName, 'of 4 next');
});

test('every kind of call is retried, and a prefetched one too', async () => {
  const type = typeOf('room', TypeScopedGrantsSchema);
  const failed = new Map<string, number>();
  /** Fails twice, then answers. */
  const shaky =
    <Answer extends object>(name: string, answer: Answer) =>
    () => {
      const failures = failed.get(name) ?? 0;
      if (failures === 2) return answer;
      failed.set(name, failures + 1);
      throw new ServiceError(Code.Unavailable, 'not now', { reason: 'closed' });
    };
  const services = connectorOf([], {
    listResourceTypes: shaky('types', { list: [type] }),
    listResources: shaky('resources', { list: roomIds(['1']) }),
    listStaticEntitlements: shaky('static entitlements', {}),
    listEntitlements: shaky('entitlements', {}),
    listGrants: shaky('grants', { list: [buildGrant(key('1'), 'room', '1')] }),
  });
  const { grants } = await syncServices(services, { callRetry: { timeoutMs: 60_000, delayMinMs: 1 } });
  assert.deepEqual([grants.length, failed.size, new Set(failed.values())], [1, 5, new Set([2])]);
});

test('a failed sync says which call failed, where, and with which code', async () => {
  const services = connectorOf([roomType], {
    listResources: () => ({ list: roomIds(['1']) }),
    listGrants: ({ pageToken }) => {
      if (pageToken === '') return { nextPageToken: `next${'x'.repeat(100)}` };
      throw new ServiceError(Code.Unavailable, 'the lift is stuck. Wait for the caretaker', { reason: 'stuck' });
    },
  });
  await assert.rejects(syncServices(services), {
    code: Code.Unavailable,
    reason: 'stuck',
    rawMessage: `ListGrants of room 1 (page token "next${'x'.repeat(36)}…") failed with UNAVAILABLE: the lift is stuck. Wait for the caretaker`,
  });
});

test('others get their turn between pages that are answered without waiting', async () => {
  let turns = 0;
  const turn = () => {
    turns += 1;
    timer = globalThis.setImmediate(turn);
  };
  let timer = globalThis.setImmediate(turn);
  const listResources = ({ pageToken }: { readonly pageToken: string }) => ({
    nextPageToken: `${pageToken}a`.slice(0, 4),
  });
  try {
    await assert.rejects(syncServices(connectorOf([roomType], { listResources })), /would never end/);
  } finally {
    clearImmediate(timer);
  }
  assert.ok(turns >= 4, `${turns} turns`);
});
