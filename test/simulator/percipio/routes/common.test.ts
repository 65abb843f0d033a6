import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, startSimulator } from '../start-simulator.ts';

test('collections, custom attributes and license pools are lists of objects with id and name', async (t) => {
  const simulator = await startSimulator(t);
  for (const name of ['collections', 'custom-attributes', 'license-pools']) {
    const { status, json } = await call(simulator, `/common/v1/organizations/{org}/${name}`);
    assert.equal(status, 200);
    assert.ok(json.length > 0);
    assert.ok(json.every((each: { id: string; name: string }) => each.id !== '' && each.name !== ''));
  }
});

test('the custom attributes are those that users have', async (t) => {
  const simulator = await startSimulator(t, { users: 60 });
  const { json } = await call(simulator, '/common/v1/organizations/{org}/custom-attributes');
  const names = new Map(json.map(({ id, name }: { id: string; name: string }) => [id, name]));
  for (const { customAttributes } of simulator.data.users) {
    for (const { id, name } of customAttributes ?? []) assert.equal(names.get(id), name);
  }
});

test('audiences come in pages', async (t) => {
  const simulator = await startSimulator(t);
  const path = '/common/v2/organizations/{org}/audiences';
  const all = await call(simulator, path);
  const page = await call(simulator, `${path}?max=1&offset=1`);
  assert.deepEqual(page.json, all.json.slice(1, 2));
  assert.equal(page.headers['x-total-count'], String(all.json.length));
});

test('hasLicenseSeats adds the purchased and consumed seats of a license pool', async (t) => {
  const path = '/common/v1/organizations/{org}/license-pools';
  const simulator = await startSimulator(t, { users: 30, hasLicenseSeats: true });
  const [pool] = (await call(simulator, path)).json;
  assert.deepEqual([pool.totalLicenses, pool.consumedLicenses, pool.rolloverDate], [55, 30, '2026-01-01']);
  const [plain] = (await call(await startSimulator(t), path)).json;
  assert.deepEqual(Object.keys(plain), ['id', 'name', 'collections']);
});
