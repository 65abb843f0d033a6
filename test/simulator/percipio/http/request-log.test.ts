import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CATALOG, call, LEARNING_ACTIVITY, startSimulator, USERS } from '../start-simulator.ts';

test('each request is logged with method, path, query, headers, body, status and end, in the order of arrival', async (t) => {
  const simulator = await startSimulator(t);
  await call(simulator, `${USERS}?max=5&offset=10`, {
    headers: { 'user-agent': 'a-test/1.0', 'accept-encoding': 'gzip' },
  });
  await call(simulator, LEARNING_ACTIVITY, { method: 'POST', body: { timeFrame: 'DAY' } });
  await call(simulator, LEARNING_ACTIVITY, { method: 'POST', text: 'no json' });
  await simulator.requests.waitFor(({ index, outcome }) => index === 2 && outcome === 'answered');

  const [users, report, broken] = simulator.requests.all;
  assert.ok(users && report && broken);
  assert.equal(users.method, 'GET');
  assert.equal(users.path, USERS.replace('{org}', simulator.organizationId));
  assert.deepEqual(users.query, { max: '5', offset: '10' });
  assert.equal(users.headers['user-agent'], 'a-test/1.0');
  assert.equal(users.headers['accept-encoding'], 'gzip');
  assert.equal(users.body, undefined);
  assert.equal(users.status, 200);
  assert.equal(users.outcome, 'answered');
  assert.ok((users.endedMs ?? 0) >= users.startedMs && users.startedMs <= report.startedMs);
  assert.deepEqual(report.body, { timeFrame: 'DAY' });
  assert.equal(broken.body, 'no json');
  assert.equal(broken.status, 400);
  assert.deepEqual(simulator.requests.of({ method: 'POST' }), [report, broken]);
  assert.deepEqual(simulator.requests.of({ path: /\/users$/ }), [users]);
});

test('the token is not in the log, but whether it was the right one is', async (t) => {
  const simulator = await startSimulator(t);
  await call(simulator, USERS);
  await call(simulator, USERS, { token: 'wrong' });
  assert.ok(!JSON.stringify(simulator.requests.all).includes(simulator.token));
  assert.deepEqual(
    simulator.requests.all.map(({ isAuthorized }) => isAuthorized),
    [true, false],
  );
});

test('a client that goes before the answer is logged as aborted', async (t) => {
  const simulator = await startSimulator(t);
  simulator.faults.add({ kind: 'stall' });
  const abort = new AbortController();
  const calling = call(simulator, CATALOG, { signal: abort.signal });
  const record = await simulator.requests.waitFor(({ faults }) => faults.includes('stall'));
  assert.equal(record.outcome, 'open');
  abort.abort();
  await assert.rejects(calling, { name: 'AbortError' });
  const aborted = await simulator.requests.waitFor(({ outcome }) => outcome === 'aborted');
  assert.equal(aborted, record);
  assert.equal(aborted.status, undefined);
  assert.ok((aborted.endedMs ?? 0) >= aborted.startedMs);
});

test('a request that is open when the simulator closes is logged as cut', async (t) => {
  const simulator = await startSimulator(t);
  simulator.faults.add({ kind: 'stall' });
  const calling = call(simulator, USERS);
  const record = await simulator.requests.waitFor(({ faults }) => faults.length > 0);
  await Promise.all([assert.rejects(calling), simulator.close()]);
  assert.equal(record.outcome, 'cut');
});

test('the log forgets the oldest requests when there are twice as many as requestsMax, and goes on counting', async (t) => {
  const simulator = await startSimulator(t, { users: 1, requestsMax: 3 });
  for (let count = 0; count < 20; count += 1) {
    await call(simulator, `${USERS}?offset=${count}`);
  }
  assert.equal(simulator.requests.total, 20);
  const kept = [...simulator.requests];
  assert.ok(kept.length >= 3 && kept.length <= 6);
  assert.equal(kept.at(-1)?.query.offset, '19');
  simulator.requests.clear();
  assert.equal(simulator.requests.all.length, 0);
  await call(simulator, USERS);
  assert.equal(simulator.requests.all[0]?.index, 20);
});

test('waitFor ends with its signal', async (t) => {
  const simulator = await startSimulator(t);
  const abort = new AbortController();
  const waiting = simulator.requests.waitFor(() => false, abort.signal);
  abort.abort(new Error('no longer'));
  await assert.rejects(waiting, /no longer/);
});

test('requests are counted by kind, ids left out, also those that the log has forgotten', async (t) => {
  const simulator = await startSimulator(t, { requestsMax: 1, users: 3 });
  for (const user of simulator.data.users) {
    await call(simulator, `${USERS}/${user.id}`);
  }
  await call(simulator, LEARNING_ACTIVITY, { method: 'POST', body: { timeFrame: 'DAY' } });
  assert.deepEqual(
    [...simulator.requests.counts],
    [
      [`GET ${USERS.replace('{org}', ':id')}/:id`, 3],
      [`POST ${LEARNING_ACTIVITY.replace('{org}', ':id')}`, 1],
    ],
  );
});
