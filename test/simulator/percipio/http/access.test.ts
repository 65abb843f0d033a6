import assert from 'node:assert/strict';
import { test } from 'node:test';
import { API_FAMILIES } from '../../../../src/simulator/percipio/http/router.ts';
import { mintServiceToken } from '../../../../src/simulator/percipio/service-token.ts';
import { CATALOG, call, LEARNING_ACTIVITY, REPORTS, startSimulator, USERS } from '../start-simulator.ts';

const COLLECTIONS = '/common/v1/organizations/{org}/collections';
const REPORT = `${REPORTS}/00000000-0000-4000-8000-000000000000`;

test('no token and a wrong token are 401 with a message, on every family', async (t) => {
  const simulator = await startSimulator(t);
  for (const path of [USERS, CATALOG, REPORT, COLLECTIONS]) {
    for (const token of [null, 'wrong', `${simulator.token}x`]) {
      const { status, json } = await call(simulator, path, { token });
      assert.equal(status, 401);
      assert.equal(typeof json.message, 'string');
      assert.ok(!json.message.includes(simulator.token));
    }
  }
});

test('a token whose exp is over is 401, from that moment on', async (t) => {
  const organizationId = '11111111-2222-4333-8444-555555555555';
  const expiresAt = new Date('2030-01-01T00:00:00Z');
  let nowMs = expiresAt.getTime() - 1;
  const token = mintServiceToken({ organizationId, expiresAt });
  const simulator = await startSimulator(t, { organizationId, token, now: () => nowMs });
  assert.equal((await call(simulator, USERS)).status, 200);
  nowMs += 1;
  const { status, json } = await call(simulator, USERS);
  assert.equal(status, 401);
  assert.match(json.message, /expired/);
});

test('a token that is no JWT is accepted, if it is the one', async (t) => {
  const simulator = await startSimulator(t, { token: 'opaque-token' });
  assert.equal((await call(simulator, USERS)).status, 200);
});

test('forbidden families answer 403 and the others go on; it can be changed while running', async (t) => {
  const simulator = await startSimulator(t, { forbidden: ['reporting'] });
  const paths = { 'user-management': USERS, 'content-discovery': CATALOG, reporting: REPORT, common: COLLECTIONS };
  assert.deepEqual(Object.keys(paths), [...API_FAMILIES]);
  assert.equal((await call(simulator, LEARNING_ACTIVITY, { method: 'POST', body: {} })).status, 403);
  for (const family of API_FAMILIES) {
    simulator.forbidden.clear();
    simulator.forbidden.add(family);
    for (const other of API_FAMILIES) {
      const { status } = await call(simulator, paths[other]);
      assert.equal(status, other === family ? 403 : other === 'reporting' ? 404 : 200);
    }
  }
});

test('another organization is 403, what is no UUID is 404, and the own one may be written in upper case', async (t) => {
  const simulator = await startSimulator(t);
  const statusOf = async (organization: string) => (await call(simulator, USERS.replace('{org}', organization))).status;
  assert.equal(await statusOf('00000000-0000-4000-8000-000000000000'), 403);
  assert.equal(await statusOf('my-company'), 404);
  assert.equal(await statusOf(simulator.organizationId.toUpperCase()), 200);
});
