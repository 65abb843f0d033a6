// Entitlements and grants of all courses in one enumeration, as syncers ask that know the type-scoped annotations.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { create, type DescMessage } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { TypeScopedEntitlementsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_entitlements_pb.js';
import { TypeScopedGrantsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import { startSimulator } from '../simulator/percipio/start-simulator.ts';
import { readResources, type StartedConnector, startConnector } from './start-connector.ts';

const resource = { id: { resourceType: 'course', resource: 'course' } };
const annotationsOf = (desc: DescMessage) => [anyPack(desc, create(desc))];

const start = (t: TestContext) => startSimulator(t, { users: 60, courses: 40, activityRows: 2000 });

/** The ids of all grants, each page asked of the next of `connectors` in turn. */
async function readGrantIds(connectors: readonly StartedConnector[], activeSyncId: string, pageSize = 0) {
  const ids: string[] = [];
  let pageToken = '';
  let calls = 0;
  do {
    const connector = connectors[calls++ % connectors.length] as StartedConnector;
    const annotations = annotationsOf(TypeScopedGrantsSchema);
    const answer = await connector.grants.listGrants({ resource, annotations, activeSyncId, pageSize, pageToken });
    assert.ok(pageSize === 0 || answer.list.length <= pageSize);
    ids.push(...answer.list.map((grant) => grant.id));
    pageToken = answer.nextPageToken;
  } while (pageToken !== '');
  return ids;
}

async function readEntitlementIds({ entitlements }: StartedConnector, activeSyncId: string, pageSize: number) {
  const ids: string[] = [];
  let pageToken = '';
  do {
    const annotations = annotationsOf(TypeScopedEntitlementsSchema);
    const answer = await entitlements.listEntitlements({ resource, annotations, activeSyncId, pageSize, pageToken });
    ids.push(...answer.list.map((entitlement) => entitlement.id));
    pageToken = answer.nextPageToken;
  } while (pageToken !== '');
  return ids;
}

for (const pageSize of [1, 7, 250, 0]) {
  test(`page_size ${pageSize}: one enumeration gives each true grant once`, async (t) => {
    const simulator = await start(t);
    const ids = await readGrantIds([startConnector(t, simulator)], 'sync-1', pageSize);
    assert.deepEqual(ids.toSorted(), [...simulator.truth.grantIds({ type: 'course' })].toSorted());
  });
}

test('one enumeration gives each true entitlement once', async (t) => {
  const simulator = await start(t);
  const ids = await readEntitlementIds(startConnector(t, simulator), 'sync-1', 7);
  assert.deepEqual(ids.toSorted(), [...simulator.truth.entitlementIds({ type: 'course' })].toSorted());
});

test('what a sync has listed is not read again for entitlements and grants', async (t) => {
  const simulator = await start(t);
  const connector = startConnector(t, simulator);
  await readResources(connector, 'user', 'sync-1');
  await readResources(connector, 'course', 'sync-1');
  const before = simulator.requests.of({ method: 'GET', path: /users|catalog/ }).length;
  await readEntitlementIds(connector, 'sync-1', 0);
  await readGrantIds([connector], 'sync-1');
  assert.equal(simulator.requests.of({ method: 'GET', path: /users|catalog/ }).length, before);
});

test('processes that answer in turn, of which none listed anything, request one report between them', async (t) => {
  const simulator = await start(t);
  const connectors = [startConnector(t, simulator), startConnector(t, simulator), startConnector(t, simulator)];
  const ids = await readGrantIds(connectors, 'sync-1', 100);
  assert.deepEqual(ids.toSorted(), [...simulator.truth.grantIds({ type: 'course' })].toSorted());
  assert.equal(simulator.requests.of({ method: 'POST' }).length, 1);
});

test('only the limited courses have entitlements and grants', async (t) => {
  const simulator = await start(t);
  const courseIds = [...simulator.truth.courseIds()].slice(3, 6);
  const connector = startConnector(t, simulator, { settings: { 'limited-courses': courseIds } });
  assert.deepEqual((await readEntitlementIds(connector, 'sync-1', 0)).length, 6);
  const ids = await readGrantIds([connector], 'sync-1');
  assert.deepEqual(ids.toSorted(), [...simulator.truth.grantIds({ courseIds, type: 'course' })].toSorted());
});
