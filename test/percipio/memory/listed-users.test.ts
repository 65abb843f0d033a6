import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { UsersApi } from '../../../src/percipio/api/users.ts';
import { ListedUsers } from '../../../src/percipio/memory/listed-users.ts';
import type { PercipioUser } from '../../../src/simulator/percipio/organization/api-objects.ts';
import { startSimulator } from '../../simulator/percipio/start-simulator.ts';
import { createTestClient } from '../api/start-server.ts';
import { uuid } from '../start-connector.ts';

const never = new AbortController().signal;

async function start(t: TestContext, users: readonly Omit<PercipioUser, 'id'>[], keepsReportUserIds = false) {
  const simulator = await startSimulator(t, { users: 0, courses: 0, activityRows: 0 });
  simulator.data.users = users.map((user, index) => ({ ...user, id: uuid(index) }));
  const { organizationId, token } = simulator;
  const client = createTestClient(t, simulator.url, { organizationId, token });
  return { simulator, users: client.users, listed: new ListedUsers({ keepsReportUserIds }) };
}

test('of each user the id and the role are remembered, and where the next page begins', async (t) => {
  const { users, listed } = await start(t, [{ role: 'ADMIN' }, {}, { role: null }, { role: '' }]);
  assert.deepEqual([listed.get(0), listed.allIds()], [undefined, undefined]);
  const page = await listed.read(users, 0, never);
  assert.deepEqual(
    page.items.map((user) => user.id),
    [0, 1, 2, 3].map(uuid),
  );
  assert.deepEqual(listed.get(0)?.roles, ['ADMIN', undefined, undefined, undefined]);
  assert.deepEqual(listed.allIds(), [0, 1, 2, 3].map(uuid));
});

test('the ids that reports name users by are remembered on request: the external id, by default the login name', async (t) => {
  const people = [
    { externalUserId: ' E7 ', loginName: 'ann' },
    { externalUserId: null, loginName: 'Bob@Example.com' },
    { externalUserId: '', loginName: 'eve' },
    {},
  ];
  const kept = await start(t, people, true);
  await kept.listed.read(kept.users, 0, never);
  assert.deepEqual(kept.listed.get(0)?.reportUserIds, ['e7', 'bob@example.com', 'eve', undefined]);
  const { users, listed } = await start(t, people);
  await listed.read(users, 0, never);
  assert.deepEqual(listed.get(0)?.reportUserIds, []);
});

test('all ids are known when the pages lead from the first to the last user', async (t) => {
  const { users, listed } = await start(t, Array(1001).fill({}));
  const { nextOffset } = await listed.read(users, 0, never);
  assert.deepEqual([nextOffset, listed.allIds()], [1000, undefined]);
  await listed.read(users, 1000, never);
  assert.equal(listed.allIds()?.length, 1001);
});

test('a page is read anew each time, and callers at the same time share one request', async (t) => {
  const { simulator, users, listed } = await start(t, [{ role: 'ADMIN' }]);
  await Promise.all([listed.read(users, 0, never), listed.read(users, 0, never), listed.read(users, 0, never)]);
  assert.equal(simulator.requests.total, 1);
  simulator.data.users = [{ id: uuid(0), role: 'MANAGER' }];
  await listed.read(users, 0, never);
  assert.deepEqual(listed.get(0)?.roles, ['MANAGER']);
});

test('a call that is aborted ends alone: those that shared its request get their page', async (t) => {
  const { simulator, users, listed } = await start(t, [{ role: 'ADMIN' }]);
  simulator.faults.add({ kind: 'stall' });
  const abort = new AbortController();
  const first = listed.read(users, 0, abort.signal);
  const second = listed.read(users, 0, never);
  await simulator.requests.waitFor(() => true);
  abort.abort(new Error('gone'));
  await assert.rejects(first);
  assert.equal((await second).items.length, 1);
  assert.equal(simulator.requests.total, 2);
});

test('who shares a request does not wait for it any longer than its own call lasts', async (t) => {
  const { simulator, users, listed } = await start(t, [{ role: 'ADMIN' }]);
  simulator.faults.add({ kind: 'stall' });
  const [abort, other] = [new AbortController(), new AbortController()];
  const first = listed.read(users, 0, abort.signal);
  const second = listed.read(users, 0, other.signal);
  await simulator.requests.waitFor(() => true);
  other.abort(new Error('gone'));
  await assert.rejects(second, /gone/);
  assert.equal(simulator.requests.total, 1);
  abort.abort();
  await assert.rejects(first);
});

test('a page that fails is not remembered, and is asked for again', async (t) => {
  const { simulator, users, listed } = await start(t, [{ role: 'ADMIN' }]);
  simulator.faults.add({ kind: 'status', status: 403 });
  await assert.rejects(listed.read(users, 0, never), /403/);
  assert.equal(listed.get(0), undefined);
  assert.equal((await listed.read(users, 0, never)).items.length, 1);
});

test('prefetch: the first page is read ahead, and given to the listing once', async (t) => {
  const { simulator, users, listed } = await start(t, [{ role: 'ADMIN' }]);
  assert.equal(listed.isBegun, false);
  await listed.prefetch(users, never);
  await listed.prefetch(users, never);
  assert.deepEqual([listed.isBegun, listed.get(0), simulator.requests.total], [true, undefined, 1]);
  assert.equal((await listed.read(users, 0, never)).items.length, 1);
  assert.deepEqual([listed.allIds(), simulator.requests.total], [[uuid(0)], 1]);
  await listed.read(users, 0, never);
  assert.equal(simulator.requests.total, 2);
});

test('prefetch: another page than the first is asked for', async (t) => {
  const { simulator, users, listed } = await start(t, Array(1001).fill({}));
  await listed.prefetch(users, never);
  assert.equal((await listed.read(users, 1000, never)).items.length, 1);
  assert.equal((await listed.read(users, 0, never)).items.length, 1000);
  assert.equal(simulator.requests.total, 2);
});

for (const [what, write] of [
  ['changed', (users: UsersApi) => users.update(uuid(0), { lastName: 'New' }, never)],
  ['created', (users: UsersApi) => users.create({ externalUserId: 'new' }, never)],
] as const) {
  test(`prefetch: when a user was ${what} since, the page is asked for again`, async (t) => {
    const { simulator, users, listed } = await start(t, [{ role: 'ADMIN' }]);
    await listed.prefetch(users, never);
    await write(users);
    await listed.read(users, 0, never);
    assert.equal(simulator.requests.of({ method: 'GET', path: /\/users$/ }).length, 2);
  });
}
