import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonAnswer } from '../../../../src/simulator/percipio/http/answer.ts';
import { findRoute, type Route } from '../../../../src/simulator/percipio/http/router.ts';
import { call, startSimulator, USERS } from '../start-simulator.ts';

const route = (method: Route['method'], path: string): Route => ({ method, path, handle: () => jsonAnswer(path) });
const ROUTES = [route('GET', '/things/:id'), route('GET', '/things/special'), route('PATCH', '/things/:id')];

test('named parts are decoded, and plain parts win over them', () => {
  assert.deepEqual(findRoute(ROUTES, 'GET', '/things/a%40b%2Fc').params, { id: 'a@b/c' });
  assert.equal(findRoute(ROUTES, 'GET', '/things/special').route.path, '/things/special');
  assert.deepEqual(findRoute(ROUTES, 'GET', '/things/%E0%A4%A').params, { id: '%E0%A4%A' });
});

test('an unknown path is 404 and an unknown method 405 with allow', () => {
  assert.throws(() => findRoute(ROUTES, 'GET', '/others'), { status: 404 });
  assert.throws(() => findRoute(ROUTES, 'GET', '/things/'), { status: 404 });
  assert.throws(() => findRoute(ROUTES, 'DELETE', '/things/1'), { status: 405, headers: { allow: 'GET, PATCH' } });
});

test('over HTTP both come as JSON with a message', async (t) => {
  const simulator = await startSimulator(t);
  const unknown = await call(simulator, `${USERS}s`);
  assert.equal(unknown.status, 404);
  assert.equal(typeof unknown.json.message, 'string');
  const deleted = await call(simulator, `${USERS}/${simulator.data.users[0]?.id}`, { method: 'DELETE' });
  assert.equal(deleted.status, 405);
  assert.match(String(deleted.headers.allow), /GET/);
});

test('a path that is no URL is answered like any other unknown one', async (t) => {
  const simulator = await startSimulator(t);
  for (const path of ['//', '//[', '/%', '/user-management/v1/organizations/{org}/%zz']) {
    const { status } = await call(simulator, path);
    assert.ok(status === 404, `${path} is answered with ${status}`);
  }
});
