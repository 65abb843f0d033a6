// The licenses of the connector, as callers of its services see them.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { TypeScopedGrantsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import type { PercipioSimulator } from '../../../src/simulator/percipio/percipio-simulator.ts';
import { startSimulator } from '../../simulator/percipio/start-simulator.ts';
import { createSharedSession } from '../shared-session.ts';
import { createContext, readGrants, readResources, type StartedConnector, startConnector } from '../start-connector.ts';

const settings = { 'sync-licenses': true };

async function start(t: TestContext) {
  const simulator = await startSimulator(t, { users: 60, courses: 0, activityRows: 0 });
  return { simulator, started: startConnector(t, simulator, { settings }) };
}

const isCollection = (simulator: PercipioSimulator) => {
  const names = new Set(simulator.truth.consumedLicenses().map(({ collection }) => collection));
  return ({ displayName }: { displayName: string }) => names.has(displayName);
};

/** The ids of the true grants. */
async function trueGrantIds(simulator: PercipioSimulator, started: StartedConnector) {
  const licenses = await readResources(started, 'license', 'truth');
  const idOf = (name: string) => licenses.find(({ displayName }) => displayName === name)?.id?.resource;
  const consumed = simulator.truth.consumedLicenses();
  return consumed.map(({ collection, userId }) => `license:${idOf(collection)}:consumed:user:${userId}`).sort();
}

/** The ids of all grants, each page asked of the next of `connectors` in turn. */
async function readGrantIds(connectors: readonly StartedConnector[], pageSize: number) {
  const ids: string[] = [];
  const request = {
    resource: { id: { resourceType: 'license', resource: 'license' } },
    annotations: [anyPack(TypeScopedGrantsSchema, create(TypeScopedGrantsSchema))],
    activeSyncId: 'sync-1',
    pageSize,
  };
  let [pageToken, calls] = ['', 0];
  do {
    const answer = await (connectors[calls++ % connectors.length] as StartedConnector).grants.listGrants({
      ...request,
      pageToken,
    });
    assert.ok(pageSize === 0 || answer.list.length <= pageSize);
    ids.push(...answer.list.map(({ id }) => id));
    pageToken = answer.nextPageToken;
  } while (pageToken !== '');
  return ids;
}

for (const pageSize of [1, 7, 60, 80, 0]) {
  test(`page_size ${pageSize}: one enumeration gives each true grant once`, async (t) => {
    const { simulator, started } = await start(t);
    const ids = await readGrantIds([started], pageSize);
    assert.deepEqual(ids.toSorted(), await trueGrantIds(simulator, started));
  });
}

test('processes that answer in turn, of which none listed anything, request one report between them', async (t) => {
  const { simulator, started } = await start(t);
  const connectors = [started, startConnector(t, simulator, { settings }), startConnector(t, simulator, { settings })];
  const ids = await readGrantIds(connectors, 10);
  assert.deepEqual(ids.toSorted(), await trueGrantIds(simulator, started));
  assert.equal(simulator.requests.of({ method: 'POST' }).length, 1);
});

test('processes with a session share the id of the license report, apart from that of the activity report', async (t) => {
  const { simulator } = await start(t);
  const session = createSharedSession();
  for (let process = 0; process < 2; process += 1) {
    const { connector } = startConnector(t, simulator, { settings });
    const syncer = connector.resourceTypes.find(({ type }) => type.id === 'license');
    const { context } = createContext({ session });
    const page = await syncer?.grantsOfType?.page({ pageSize: 1000 }, undefined, context);
    assert.ok(page?.items.length);
  }
  assert.equal(simulator.requests.of({ method: 'POST' }).length, 1);
  assert.deepEqual([...session.values.keys()], ['percipio/license-report']);
});

test('each license has its own grants, and a pool has neither entitlements nor grants', async (t) => {
  const { simulator, started } = await start(t);
  const expected = await trueGrantIds(simulator, started);
  const licenses = await readResources(started, 'license', 'sync-1');
  const ids: string[] = [];
  for (const resource of licenses) {
    const { list } = await started.entitlements.listEntitlements({ resource, activeSyncId: 'sync-1' });
    const id = resource.id?.resource ?? '';
    assert.deepEqual(
      list.map((entitlement) => entitlement.id),
      id.startsWith('pool-') ? [] : [`license:${id}:consumed`],
    );
    const grants = await readGrants(started, resource, 'sync-1');
    assert.ok(grants.every((grant) => grant.entitlement?.resource?.id?.resource === id));
    assert.equal(grants.length > 0, isCollection(simulator)(resource));
    ids.push(...grants.map((grant) => grant.id));
  }
  assert.deepEqual(ids.sort(), expected);
});

test('a pool has the entitlements of the collections that Percipio lists, and the others are counted', async (t) => {
  const { simulator, started } = await start(t);
  const licenses = await readResources(started, 'license', 'before');
  const listed = licenses.find(({ id }) => !id?.resource.startsWith('pool-'));
  const pools = [{ id: 'p1', collections: [listed?.displayName, 'Gone', { id: 'c0' }] }, { id: 'p2' }];
  simulator.faults.add({ kind: 'status', status: 200, body: pools, match: { path: /license-pools$/ } });
  const list = started.connector.resourceTypes.find(({ type }) => type.id === 'license')?.list;
  const { context, told } = createContext();
  const page = await list?.page({ parent: undefined, pageSize: 1000 }, undefined, context);
  const pool = page?.items.find(({ id }) => id?.resource === 'pool-p1');
  assert.equal(pool?.description, `License pool of ${listed?.displayName}`);
  assert.deepEqual(told.skipped, { 'collections of license pools that Percipio does not list': 2 });
});

test('what a sync has listed is not read again for grants', async (t) => {
  const { simulator, started } = await start(t);
  await readResources(started, 'user', 'sync-1');
  await readResources(started, 'license', 'sync-1');
  await readGrantIds([started], 0);
  for (const path of [/users$/, /collections$/, /license-pools$/]) {
    assert.equal(simulator.requests.of({ path }).length, 1);
  }
});

test('who lists by hand, without a sync, sees collections as they are now', async (t) => {
  const { simulator, started } = await start(t);
  for (let times = 0; times < 2; times += 1) await readResources(started, 'license', '');
  assert.equal(simulator.requests.of({ path: /collections$/ }).length, 2);
});

test('a license cannot be granted or revoked, and the error says why', async (t) => {
  const { simulator, started } = await start(t);
  const provisioning = startConnector(t, simulator, { settings, provisioning: true });
  const licenses = await readResources(started, 'license', 'sync-1');
  const resource = licenses.find(isCollection(simulator));
  assert.ok(resource);
  const { list } = await started.entitlements.listEntitlements({ resource, activeSyncId: 'sync-1' });
  const [entitlement] = list;
  const [grant] = await readGrants(started, resource, 'sync-1');
  assert.ok(entitlement && grant?.principal);
  const why = /A license is consumed when a user signs in, and Percipio gives no seat back/;
  await assert.rejects(provisioning.grantManager.grant({ entitlement, principal: grant.principal }), why);
  await assert.rejects(provisioning.grantManager.revoke({ grant }), why);
  assert.deepEqual(
    entitlement.annotations.map(({ typeUrl }) => typeUrl),
    ['type.googleapis.com/c1.connector.v2.EntitlementImmutable'],
  );
});
