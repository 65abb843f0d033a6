import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { pino } from 'pino';
import { ChildResourceTypeSchema } from '#gen/c1/connector/v2/annotation_resource_tree_pb.js';
import { TypeScopedGrantsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import { type Resource, ResourceTypeSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { type Connector, singlePage } from '../../../src/baton/author/connector.ts';
import { Code, ServiceError } from '../../../src/baton/author/service-error.ts';
import { readC1z } from '../../../src/baton/c1z/c1z-reader.ts';
import { buildAssignmentEntitlement } from '../../../src/baton/messages/entitlement.ts';
import { buildGrant } from '../../../src/baton/messages/grant.ts';
import { annotation, buildResource, packAnnotations } from '../../../src/baton/messages/resource.ts';
import { createConnectorServices } from '../../../src/baton/services/connector-services.ts';
import { wholeSync } from '../../../src/baton/sync/sync-context.ts';
import { SyncTally } from '../../../src/baton/sync/sync-tally.ts';
import { type SyncToFileOptions, syncToFile } from '../../../src/baton/sync/sync-to-file.ts';
import { withSyncer } from './sync-connector.ts';

const floorType = create(ResourceTypeSchema, { id: 'floor', displayName: 'Floor' });
const roomType = create(ResourceTypeSchema, { id: 'room', displayName: 'Room' });
const guestType = create(ResourceTypeSchema, { id: 'guest', displayName: 'Guest' });

const idOf = (resourceType: string, resource: string) => ({ resourceType, resource });
const floor = (id: string) => ({
  ...buildResource({ type: floorType, id, displayName: `Floor ${id}` }),
  annotations: packAnnotations([
    annotation(ChildResourceTypeSchema, create(ChildResourceTypeSchema, { resourceTypeId: 'room' })),
  ]),
});
const room = (id: string) => buildResource({ type: roomType, id, displayName: `Room ${id}` });
const guest = (id: string) => buildResource({ type: guestType, id, displayName: `Guest ${id}` });

const keyOf = (resource: Resource) =>
  buildAssignmentEntitlement({ resource, slug: 'key', displayName: 'Key', description: '', grantableTo: [guestType] });

/** Floors have rooms, rooms have guests; there is no floor 9. Guest 3 cannot be asked for. */
function createHotel(type = roomType): Connector {
  return {
    metadata: { displayName: 'Hotel' },
    resourceTypes: [
      {
        type: floorType,
        list: singlePage(async () => [floor('1'), floor('2')]),
        get: async ({ id }) => (id.resource === '9' ? undefined : floor(id.resource)),
      },
      {
        type,
        list: singlePage(async ({ parent }) =>
          parent ? [room(`${parent.resource}1`), room(`${parent.resource}2`)] : [],
        ),
        get: async ({ id }) => {
          if (id.resource === '66') throw new ServiceError(Code.PermissionDenied, 'locked', { reason: 'locked' });
          return room(id.resource);
        },
        entitlements: singlePage(async ({ resource }) => [keyOf(resource)]),
        grants: singlePage(async ({ resource }) => {
          const entitlement = keyOf(resource);
          return [buildGrant(entitlement, 'guest', '1'), buildGrant(entitlement, 'guest', '3')];
        }),
      },
      {
        type: guestType,
        list: singlePage(async () => [guest('1'), guest('2')]),
        get: async ({ id }) => (id.resource === '3' ? undefined : guest(id.resource)),
      },
    ],
  };
}

/** A hotel that says which rooms are fetched. */
function withGet(onGet: (id: string) => void): Connector {
  return withSyncer(createHotel(), 'room', {
    get: async ({ id }) => {
      onGet(id.resource);
      return room(id.resource);
    },
  });
}

async function sync(t: TestContext, options: Partial<SyncToFileOptions>, connector = createHotel()) {
  const folder = await mkdtemp(join(tmpdir(), 'sync-targets-test-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'sync.c1z');
  const once = async (others: Partial<SyncToFileOptions>) => {
    const observer = new SyncTally(() => {});
    await syncToFile({
      ...{ path, temporaryFolder: folder, keptFullSyncs: 2, observer },
      services: createConnectorServices(connector, { provisioning: false, ticketing: false }),
      logger: pino({ level: 'silent' }),
      signal: new AbortController().signal,
      ...wholeSync,
      ...others,
    });
    await using file = await readC1z(path);
    const run = file.runs().at(-1);
    const records = file.records(run?.syncId);
    return {
      run,
      warnings: observer.warnings,
      skipped: [...observer.skippedCounts],
      resources: Array.from(records.allResources(), ({ id }) => `${id?.resourceType} ${id?.resource}`).sort(),
      entitlements: Array.from(records.allEntitlements(), ({ id }) => id).sort(),
      grants: Array.from(records.allGrants(), ({ id }) => id).sort(),
    };
  };
  return { once, ...(await once(options)) };
}

test('a targeted sync holds the target and its grants, but no principals: it does not fetch them one by one', async (t) => {
  const { run, resources, entitlements, grants, warnings } = await sync(t, {
    targets: [{ id: idOf('room', '7') }],
  });
  assert.deepEqual([run?.type, run?.supportsDiff, warnings], ['partial', false, []]);
  assert.deepEqual(resources, ['room 7']);
  assert.deepEqual(entitlements, ['room:7:key']);
  assert.deepEqual(grants, ['room:7:key:guest:1', 'room:7:key:guest:3']);
});

test('what is below a target is stored, without its entitlements and grants; no sibling is', async (t) => {
  const { resources, entitlements, grants } = await sync(t, { targets: [{ id: idOf('floor', '2') }] });
  assert.deepEqual(resources, ['floor 2', 'room 21', 'room 22']);
  assert.deepEqual([entitlements, grants], [[], []]);
});

test('a target is fetched once, however often it is named', async (t) => {
  const fetched: string[] = [];
  const target = { id: idOf('room', '7') };
  const { grants } = await sync(
    t,
    { targets: [target, target] },
    withGet((id) => void fetched.push(id)),
  );
  assert.deepEqual(fetched, ['7']);
  assert.equal(grants.length, 2);
});

test('a resource whose entitlements the grants of a target name is fetched once, if it exists', async (t) => {
  const fetched: string[] = [];
  const hotel = withGet((id) => {
    fetched.push(id);
    if (id === '9') throw new ServiceError(Code.NotFound, 'gone', { reason: 'gone' });
  });
  const grants = singlePage(async () =>
    ['8', '8', '9', '9'].map((other, i) => buildGrant(keyOf(room(other)), 'guest', String(i))),
  );
  const { resources, run, skipped } = await sync(
    t,
    { targets: [{ id: idOf('room', '7') }] },
    withSyncer(hotel, 'room', { grants }),
  );
  assert.deepEqual(skipped, [['resources of grants that the connector did not return', 1]]);
  assert.deepEqual(fetched, ['7', '8', '9']);
  assert.deepEqual(resources, ['room 7', 'room 8']);
  assert.equal(run?.type, 'partial');
});

test('a targeted sync lists no static entitlements', async (t) => {
  const staticEntitlements = singlePage<never, object>(async () => assert.fail('they were listed'));
  const hotel = withSyncer(createHotel(), 'room', { staticEntitlements });
  const { entitlements } = await sync(t, { targets: [{ id: idOf('room', '7') }] }, hotel);
  assert.deepEqual(entitlements, ['room:7:key']);
});

test('targets of types that --sync-resource-types leaves out are skipped with a warning', async (t) => {
  const targets = [{ id: idOf('room', '7') }, { id: idOf('guest', '2') }];
  const { resources, warnings } = await sync(t, { targets, resourceTypeIds: ['guest'] });
  assert.deepEqual(resources, ['guest 2']);
  assert.deepEqual(warnings, ['room 7 was skipped: its type is excluded by --sync-resource-types']);
});

test('targets that are gone, or cannot be asked for, are skipped with a warning', async (t) => {
  const targets = [{ id: idOf('floor', '9') }, { id: idOf('attic', '1') }, { id: idOf('guest', '2') }];
  const { resources, warnings } = await sync(t, { targets: targets });
  assert.deepEqual(resources, ['guest 2']);
  assert.deepEqual(warnings, [
    'floor 9 was skipped: there is no floor 9',
    'attic 1 was skipped: get resource is not supported for resource type "attic"',
  ]);
});

test('any other failure to get a target fails the sync', async (t) => {
  await assert.rejects(sync(t, { targets: [{ id: idOf('room', '66') }] }), { code: Code.PermissionDenied });
});

test('a targeted sync into a file is a child of its last full sync, and leaves that alone', async (t) => {
  const { once, run: full } = await sync(t, {});
  const { run } = await once({ targets: [{ id: idOf('room', '7') }] });
  assert.deepEqual([full?.type, run?.type, run?.parentSyncId], ['full', 'partial', full?.syncId]);
});

test('without grants it holds entitlements, and nobody who is named by grants alone', async (t) => {
  const { resources, entitlements, grants } = await sync(t, {
    targets: [{ id: idOf('room', '7') }],
    skipGrants: true,
  });
  assert.deepEqual([resources, entitlements, grants], [['room 7'], ['room:7:key'], []]);
});

test('what is asked for a whole type is no part of it', async (t) => {
  const annotations = packAnnotations([annotation(TypeScopedGrantsSchema, create(TypeScopedGrantsSchema))]);
  const grantsOfType = singlePage<never, object>(async () => assert.fail('it was asked for the whole type'));
  const hotel = createHotel({ ...roomType, annotations });
  const resourceTypes = hotel.resourceTypes.map((syncer) =>
    syncer.type.id === 'room' ? { ...syncer, grantsOfType } : syncer,
  );
  const { grants } = await sync(t, { targets: [{ id: idOf('room', '7') }] }, { ...hotel, resourceTypes });
  assert.deepEqual(grants, []);
});

test('resources that are unavailable for a while are fetched all the same', async (t) => {
  const grants = singlePage(async () => [buildGrant(keyOf(room('8')), 'guest', '1')]);
  const hotel = withSyncer(createHotel(), 'room', { grants });
  const failed = new Set<string>();
  const resourceTypes = hotel.resourceTypes.map((syncer) => ({
    ...syncer,
    get: async (...[request, context]: Parameters<NonNullable<typeof syncer.get>>) => {
      const { resource } = request.id;
      if (failed.has(resource)) return await syncer.get?.(request, context);
      failed.add(resource);
      throw new ServiceError(Code.Unavailable, 'closed', { reason: 'closed' });
    },
  }));
  const options = { targets: [{ id: idOf('room', '7') }], callRetry: { timeoutMs: 60_000, delayMinMs: 1 } };
  const { resources } = await sync(t, options, { ...hotel, resourceTypes });
  assert.deepEqual(resources, ['room 7', 'room 8']);
});
