import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Caller } from '../../../bench/grpc/caller.ts';
import { GrpcConnection } from '../../../bench/grpc/grpc-connection.ts';
import { startTestServer } from '../../baton/server/test-server.ts';
import { startConnector } from '../../percipio/start-connector.ts';
import { READY_AT_ONCE, startSimulator } from '../../simulator/percipio/start-simulator.ts';

async function startServer(t: TestContext, users = 1500) {
  const simulator = await startSimulator(t, { users, courses: 40, activityRows: 3000, ...READY_AT_ONCE });
  const { address } = await startTestServer(t, startConnector(t, simulator).services);
  return { simulator, url: `http://${address}` };
}

test('a caller gets every grant of the courses, course by course and of all at once', async (t) => {
  const { simulator, url } = await startServer(t);
  using caller = new Caller({ url });
  await caller.prepare();
  const grants = [...simulator.truth.grantIds()].filter((id) => id.startsWith('course:')).length;
  assert.ok(grants > 1000, 'the grants are more than one page');
  for (const [operation, callers] of [
    ['course grants', 1],
    ['course grants', 5],
    ['all grants', 1],
  ] as const) {
    const { items, calls, latenciesMs } = await caller.lap(operation, callers);
    assert.equal(items, grants, `${operation}, ${callers} callers`);
    assert.equal(latenciesMs.length, calls);
  }
});

test('callers of users read their first pages in syncs of their own', async (t) => {
  const { simulator, url } = await startServer(t, 20);
  using caller = new Caller({ url });
  await caller.prepare();
  const before = simulator.requests.total;
  const { items, calls } = await caller.lap('users', 8);
  // Nothing is answered from what another sync has read.
  assert.equal(simulator.requests.total - before, calls);
  assert.equal(items, 32 * 20);
});

test('the sample is an answer with grants', async (t) => {
  const { url } = await startServer(t);
  using caller = new Caller({ url });
  await caller.prepare();
  assert.ok((await caller.sample()).length > 1000);
});

test('a call that the server refuses is told with its status', async (t) => {
  const { url } = await startServer(t);
  using connection = new GrpcConnection({ url });
  const call = connection.call('c1.connector.v2.ResourcesService/ListResources', new Uint8Array());
  await assert.rejects(call, /ListResources failed: 3 .*resource_type_id/);
});

test('a call to nobody is told as such', async () => {
  using connection = new GrpcConnection({ url: 'http://127.0.0.1:1' });
  await assert.rejects(
    connection.call('c1.connector.v2.ResourcesService/ListResources', new Uint8Array()),
    /ECONNREFUSED/,
  );
});
