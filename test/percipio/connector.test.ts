import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Capability } from '#gen/c1/connector/v2/connector_pb.js';
import { ResourceType_Trait } from '#gen/c1/connector/v2/resource_pb.js';
import { Waits } from '../../src/baton/net/waits.ts';
import { createConnectorServices } from '../../src/baton/services/connector-services.ts';
import { createTestSettings } from '../../src/baton/testing.ts';
import { createPercipioConnector } from '../../src/percipio/connector.ts';
import { startSimulator } from '../simulator/percipio/start-simulator.ts';
import { createContext, readResources, silentLogger, startConnector } from './start-connector.ts';

test('without settings it can be made and asked what it is made of', () => {
  const environment = { logger: silentLogger, waits: new Waits(), userAgent: 'baton-percipio/0.0.0-test', env: {} };
  const connector = createPercipioConnector(createTestSettings(), environment);
  assert.deepEqual(
    connector.resourceTypes.map((syncer) => syncer.type.id),
    ['course', 'role', 'user'],
  );
  assert.ok(createConnectorServices(connector, { provisioning: false, ticketing: false }).length > 0);
});

test('GetMetadata tells that all types are synced, whole and one by one', async (t) => {
  const simulator = await startSimulator(t, { users: 0, courses: 0, activityRows: 0 });
  const { metadata } = await startConnector(t, simulator).connectorService.getMetadata({});
  const types = metadata?.capabilities?.resourceTypeCapabilities ?? [];
  assert.deepEqual(
    types.map((type) => type.resourceType?.id),
    ['course', 'role', 'user'],
  );
  for (const { resourceType, capabilities } of types) {
    const of = `capabilities of ${resourceType?.id}`;
    assert.deepEqual(capabilities.slice(0, 2), [Capability.SYNC, Capability.TARGETED_SYNC], of);
    assert.equal(capabilities.includes(Capability.PROVISION), resourceType?.id === 'role', of);
  }
  assert.notEqual(metadata?.displayName, '');
});

test('the type license is there, with its capabilities, only if licenses are synced', async (t) => {
  const simulator = await startSimulator(t, { users: 0, courses: 0, activityRows: 0 });
  const started = startConnector(t, simulator, { settings: { 'sync-licenses': true } });
  const { metadata } = await started.connectorService.getMetadata({});
  const types = metadata?.capabilities?.resourceTypeCapabilities ?? [];
  assert.deepEqual(
    types.map(({ resourceType, capabilities }) => [resourceType?.id, capabilities.length]),
    [
      ['course', 2],
      ['license', 2],
      ['role', 3],
      ['user', 5],
    ],
  );
  assert.deepEqual(types[1]?.resourceType?.traits, [ResourceType_Trait.LICENSE_PROFILE]);
});

test('statistics count the requests to each family', async (t) => {
  const simulator = await startSimulator(t, { users: 2, courses: 2, activityRows: 0 });
  const started = startConnector(t, simulator);
  await readResources(started, 'user', 's1');
  await readResources(started, 'course', 's1');
  simulator.faults.add({ kind: 'reset' });
  await readResources(started, 'course', 's2');
  const { requests, retries, receivedBytes } = started.connector.statistics?.() ?? {};
  assert.equal(requests?.['user-management'], 1);
  // The catalog and the compliance courses, twice, and a retry.
  assert.equal(requests?.['content-discovery'], 5);
  assert.equal(retries, 1);
  assert.ok((receivedBytes ?? 0) > 0);
});

test('close ends the requests that are under way', async (t) => {
  const simulator = await startSimulator(t, { users: 2, courses: 2, activityRows: 0 });
  simulator.faults.add({ kind: 'stall' });
  const { connector } = startConnector(t, simulator);
  const listing = connector.resourceTypes
    .find(({ type }) => type.id === 'user')
    ?.list.page({ pageSize: 10 }, undefined, createContext().context);
  await simulator.requests.waitFor(() => true);
  await connector.close?.();
  await assert.rejects(async () => listing, /the client is closed/);
  await simulator.requests.waitFor(({ outcome }) => outcome === 'aborted');
});

test('closing one that never connected is no error', async () => {
  const environment = { logger: silentLogger, waits: new Waits(), userAgent: 'baton-percipio/0.0.0-test', env: {} };
  await createPercipioConnector(createTestSettings(), environment).close?.();
});

test('every request carries the program’s name and version, and goes below the base URL', async (t) => {
  const simulator = await startSimulator(t, { users: 1, courses: 1, activityRows: 0 });
  await readResources(startConnector(t, simulator), 'user', 's1');
  assert.deepEqual(
    simulator.requests.all.map(({ headers, isAuthorized }) => [headers['user-agent'], isAuthorized]),
    [['baton-percipio/0.0.0-test', true]],
  );
});
