import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { create, createRegistry, toJson } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import pino from 'pino';
import { ChildResourceTypeSchema } from '#gen/c1/connector/v2/annotation_resource_tree_pb.js';
import {
  EnqueuePageTokensSchema,
  TypeScopedGrantsSchema,
} from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import { ConnectorService } from '#gen/c1/connector/v2/connector_pb.js';
import { EntitlementsService } from '#gen/c1/connector/v2/entitlement_pb.js';
import { GrantSchema, GrantsService } from '#gen/c1/connector/v2/grant_pb.js';
import {
  ResourceSchema,
  ResourcesService,
  ResourceTypeSchema,
  ResourceTypesService,
} from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../../../src/baton/author/service-error.ts';
import { openC1z } from '../../../src/baton/c1z/c1z-file.ts';
import type { RecordReader } from '../../../src/baton/c1z/tables/record-reader.ts';
import { buildAssignmentEntitlement } from '../../../src/baton/messages/entitlement.ts';
import { buildGrant, entitlementStub } from '../../../src/baton/messages/grant.ts';
import { buildResource } from '../../../src/baton/messages/resource.ts';
import { type ServiceEntry, serviceEntry } from '../../../src/baton/services/service-entry.ts';
import { runFullSync } from '../../../src/baton/sync/full-sync.ts';
import { readCheckpointToken } from '../../../src/baton/sync/plan/checkpoint-token.ts';
import type { SyncState } from '../../../src/baton/sync/plan/sync-state.ts';
import { SyncTally } from '../../../src/baton/sync/sync-tally.ts';
import { temporaryFolder } from '../c1z/temporary-folder.ts';

const floorType = create(ResourceTypeSchema, { id: 'floor', displayName: 'Floor' });
const roomType = create(ResourceTypeSchema, {
  id: 'room',
  displayName: 'Room',
  annotations: [anyPack(TypeScopedGrantsSchema, create(TypeScopedGrantsSchema))],
});
const child = anyPack(ChildResourceTypeSchema, create(ChildResourceTypeSchema, { resourceTypeId: 'room' }));
const floor = (id: string) => ({ ...buildResource({ type: floorType, id, displayName: id }), annotations: [child] });
const room = (id: string) => buildResource({ type: roomType, id, displayName: id });
const shards = anyPack(EnqueuePageTokensSchema, create(EnqueuePageTokensSchema, { pageTokens: ['s1', 's2'] }));
const keyOf = (resource: ReturnType<typeof room>) =>
  buildAssignmentEntitlement({ resource, slug: 'key', displayName: 'Key', description: '', grantableTo: [floorType] });

/** Floors on two pages, with rooms below them; grants of floors one by one, those of rooms at once and in shards. */
function hotel(beforeCall: () => void): readonly ServiceEntry[] {
  const called =
    <Request, Response>(answer: (request: Request) => Response) =>
    (request: Request) => {
      beforeCall();
      return answer(request);
    };
  return [
    serviceEntry(ConnectorService, { validate: () => ({}), cleanup: () => ({}) }),
    serviceEntry(ResourceTypesService, {
      listResourceTypes: called(({ pageToken }) =>
        pageToken ? { list: [roomType] } : { list: [floorType], nextPageToken: 'second' },
      ),
    }),
    serviceEntry(ResourcesService, {
      listResources: called(({ resourceTypeId, parentResourceId, pageToken }) => {
        if (parentResourceId) return { list: [room(`${parentResourceId.resource}1`)] };
        if (resourceTypeId === 'room') return { list: [] };
        return pageToken ? { list: [floor('2')] } : { list: [floor('1')], nextPageToken: 'second' };
      }),
    }),
    serviceEntry(EntitlementsService, {
      listStaticEntitlements: called(() => ({})),
      listEntitlements: called(({ resource }) => ({ list: resource ? [keyOf(resource)] : [] })),
    }),
    serviceEntry(GrantsService, {
      listGrants: called(({ resource, pageToken }) => {
        const { resourceType, resource: id = '' } = resource?.id ?? {};
        if (resourceType === 'floor') return { list: [buildGrant(entitlementStub(floor(id), 'key'), 'floor', '1')] };
        const list = [buildGrant(entitlementStub(room('11'), 'key'), 'room', pageToken || 'first')];
        return pageToken ? { list } : { list, nextPageToken: 'last', annotations: [shards] };
      }),
    }),
  ];
}

/** Syncs, after a failure at each of these calls again from the last checkpoint. */
async function syncWithFailures(folder: string, failingCalls: readonly number[], bulkLoad: boolean) {
  let calls = 0;
  const services = hotel(() => {
    if (failingCalls.includes(++calls)) throw new ServiceError(Code.FailedPrecondition, 'cut', { reason: 'cut' });
  });
  await using file = await openC1z(join(folder, `${failingCalls.join('-')}.c1z`), { bulkLoad });
  const store = file.startSync({ type: 'full' });
  let state: SyncState | undefined;
  for (;;) {
    try {
      await runFullSync({
        ...{ services, store, state, logger: pino({ level: 'silent' }), observer: new SyncTally(() => {}) },
        ...{ signal: new AbortController().signal, resourceTypeIds: [], skipEntitlementsAndGrants: false },
        ...{ isEmpty: false, workers: 1, checkpointIntervalMs: 0 },
      });
      await store.endGrants();
      return { calls, records: readRecords(store.records) };
    } catch (error) {
      assert.match(String(error), /cut/);
      state = readCheckpointToken(file.runs().at(-1)?.syncToken ?? '');
      assert.ok(state);
    }
  }
}

function readRecords(records: RecordReader) {
  const registry = createRegistry(ChildResourceTypeSchema);
  return {
    types: Array.from(records.allResourceTypes(), ({ id }) => id),
    resources: Array.from(records.allResources(), (resource) => toJson(ResourceSchema, resource, { registry })),
    entitlements: Array.from(records.allEntitlements(), ({ id }) => id),
    grants: Array.from(records.allGrants(), (grant) => toJson(GrantSchema, grant, { registry })),
  };
}

for (const bulkLoad of [false, true]) {
  test(`a sync that fails at any call goes on from its checkpoint, with the same result${bulkLoad ? '; grants bypass SQLite' : ''}`, async (t) => {
    const folder = await temporaryFolder(t);
    const whole = await syncWithFailures(folder, [], bulkLoad);
    assert.deepEqual([whole.records.resources.length, whole.records.grants.length], [4, 6]);
    for (let call = 1; call <= whole.calls; call++) {
      const cut = await syncWithFailures(folder, [call], bulkLoad);
      assert.deepEqual(cut.records, whole.records, `call ${call}`);
      // Only the failed call and the prefetched one are made again; where grants bypass SQLite, their step begins again.
      if (!bulkLoad) assert.ok(cut.calls <= whole.calls + 2, `call ${call}: ${cut.calls} calls`);
    }
  });
}

test('a sync that fails at every call ends all the same', async (t) => {
  const folder = await temporaryFolder(t);
  const whole = await syncWithFailures(folder, [], false);
  const odd = Array.from({ length: whole.calls }, (_, i) => 2 * i + 1);
  const cut = await syncWithFailures(folder, odd, false);
  assert.deepEqual(cut.records, whole.records);
});
