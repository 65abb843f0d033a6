import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PercipioSimulator } from '../../../../src/simulator/percipio/percipio-simulator.ts';
import { call, READY_AT_ONCE, REPORTS, startSimulator } from '../start-simulator.ts';

async function entitlements(simulator: PercipioSimulator, body?: unknown): Promise<Record<string, string>[]> {
  const { json } = await call(simulator, `${REPORTS}/entitlements`, { method: 'POST', body });
  return (await call(simulator, `${REPORTS}/${json.id}`)).json;
}

test('the entitlements report has a row per consumed license, with the external id of the user', async (t) => {
  const simulator = await startSimulator(t, { users: 10, ...READY_AT_ONCE });
  const rows = await entitlements(simulator, { audience: 'ALL' });
  assert.equal(rows.length, 14);
  assert.deepEqual(Object.keys(rows[0] ?? {}), [
    'collection',
    'userId',
    'firstName',
    'lastName',
    'emailAddress',
    'entitledByAudience',
    'consumed',
  ]);
  const externalIds = simulator.data.users.map(({ externalUserId }) => externalUserId);
  assert.deepEqual(new Set(rows.map(({ userId }) => userId)), new Set(externalIds));
  assert.ok(rows.every(({ consumed }) => /^20\d\d-\d\d-\d\d$/.test(consumed ?? '')));
  const names = rows.map(({ collection }) => collection);
  assert.deepEqual(names, names.toSorted());
  simulator.data.users = [];
  assert.deepEqual(await entitlements(simulator), []);
});

test('the user id in the entitlements report defaults to the login name, or is empty', async (t) => {
  const simulator = await startSimulator(t, { users: 0, ...READY_AT_ONCE });
  simulator.data.users.push({ id: 'a', externalUserId: null, loginName: 'ada' }, { id: 'b' });
  const rows = await entitlements(simulator, { collection: 'Leadership Collection, Simulated Collection' });
  assert.deepEqual(
    rows.map(({ collection, userId }) => [collection, userId]),
    [
      ['Leadership Collection', 'ada'],
      ['Simulated Collection', 'ada'],
      ['Simulated Collection', ''],
    ],
  );
});

test('collection, period and order choose the rows of the entitlements report, and a single user is 501', async (t) => {
  const simulator = await startSimulator(t, { users: 60, ...READY_AT_ONCE });
  const all = await entitlements(simulator);
  const leadership = await entitlements(simulator, { collection: 'Leadership Collection' });
  assert.deepEqual(
    leadership,
    all.filter(({ collection }) => collection === 'Leadership Collection'),
  );
  const year = await entitlements(simulator, { start: '2023-01-01T00:00:00Z', end: '2023-12-31T23:59:59Z' });
  assert.ok(year.length > 0 && year.length < all.length);
  assert.deepEqual(
    year,
    all.filter(({ consumed = '' }) => consumed.startsWith('2023')),
  );
  const descending = await entitlements(simulator, { sort: { field: 'collection', order: 'desc' }, user: 'all' });
  assert.equal(descending[0]?.collection, 'Simulated Collection');
  for (const body of [{ user: 'x' }, { audience: 'Sales' }, { sort: { field: 'consumed' } }]) {
    assert.equal((await call(simulator, `${REPORTS}/entitlements`, { method: 'POST', body })).status, 501);
  }
  assert.equal(
    (await call(simulator, `${REPORTS}/entitlements`, { method: 'POST', body: { start: '2023-01-01' } })).status,
    422,
  );
});

test('the consumed licenses of the truth match the report and the list of users', async (t) => {
  const simulator = await startSimulator(t, { users: 210, ...READY_AT_ONCE });
  const rows = await entitlements(simulator);
  const ids = new Map(simulator.data.users.map(({ id, externalUserId }) => [externalUserId ?? id, id]));
  const expected = rows.flatMap(({ collection, userId = '', consumed }) =>
    ids.has(userId) ? [[collection, ids.get(userId), consumed].join()] : [],
  );
  const found = simulator.truth.consumedLicenses();
  assert.equal(found.length, rows.length - 1);
  assert.deepEqual(
    found.map(({ collection, userId, consumed }) => [collection, userId, consumed].join()).sort(),
    expected.sort(),
  );
});
