import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REDIRECT_STATUSES } from '../../../../src/simulator/percipio/http/redirect.ts';
import type { PercipioSimulator } from '../../../../src/simulator/percipio/percipio-simulator.ts';
import { type Called, call, READY_AT_ONCE, requestReport, startSimulator, USERS } from '../start-simulator.ts';

/** Follows one redirect by hand, with a token or without. */
async function follow(redirect: Called, simulator: PercipioSimulator, token: string | null): Promise<Called> {
  const target = new URL(String(redirect.headers.location), simulator.url);
  return call({ ...simulator, url: target.origin }, target.pathname + target.search, { token });
}

test('a redirect to another path leads to the same answer below /moved, which needs the token', async (t) => {
  const simulator = await startSimulator(t);
  for (const status of REDIRECT_STATUSES) {
    simulator.faults.add({ kind: 'redirect', status });
    const redirect = await call(simulator, `${USERS}?max=2`);
    assert.equal(redirect.status, status);
    assert.match(String(redirect.headers.location), /^\/moved\/user-management\/.*\?max=2$/);
    assert.match(redirect.text, /^<html>/);
    const moved = await follow(redirect, simulator, simulator.token);
    assert.equal(moved.text, (await call(simulator, `${USERS}?max=2`)).text);
    assert.equal((await follow(redirect, simulator, null)).status, 401);
  }
  assert.equal(simulator.requests.all[1]?.path.startsWith('/moved/user-management/'), true);
});

test('a redirect to another origin leads to a response that needs no token; the log shows whether one was sent', async (t) => {
  const simulator = await startSimulator(t, { activityRows: 20, ...READY_AT_ONCE });
  const path = await requestReport(simulator);
  simulator.faults.add({ kind: 'redirect', status: 302, to: 'origin' });
  const redirect = await call(simulator, path);
  const target = new URL(String(redirect.headers.location));
  assert.notEqual(target.origin, simulator.url);
  const rows = (await call(simulator, path)).text;
  assert.equal((await follow(redirect, simulator, null)).text, rows);
  assert.equal((await follow(redirect, simulator, simulator.token)).text, rows);
  assert.deepEqual(
    simulator.requests.of({ path: /^\/stored\// }).map(({ isAuthorized }) => isAuthorized),
    [false, true],
  );
  const viaLocalhost = { ...simulator, url: simulator.url.replace('127.0.0.1', 'localhost') };
  simulator.faults.add({ kind: 'redirect', to: 'origin' });
  assert.match(String((await call(viaLocalhost, path)).headers.location), /^http:\/\/127\.0\.0\.1:\d+\/stored\//);
});

test('a redirect can lead anywhere, lack a location, and loop', async (t) => {
  const simulator = await startSimulator(t);
  simulator.faults.add({ kind: 'redirect', to: { location: 'https://sso.example.com/login?next=%2F' } });
  simulator.faults.add({ kind: 'status', status: 307 });
  const away = await call(simulator, USERS);
  assert.deepEqual([away.status, away.headers.location], [307, 'https://sso.example.com/login?next=%2F']);
  assert.equal((await call(simulator, USERS)).headers.location, undefined);
  simulator.faults.add({ kind: 'redirect', times: Infinity });
  let answer = await call(simulator, USERS);
  for (let hop = 0; hop < 3; hop += 1) answer = await follow(answer, simulator, simulator.token);
  assert.equal(answer.status, 307);
  assert.match(String(answer.headers.location), /^(\/moved){4}\/user-management/);
});

test('a redirected request is not processed', async (t) => {
  const simulator = await startSimulator(t, { users: 0 });
  simulator.faults.add({ kind: 'redirect', status: 308 });
  const answer = await call(simulator, USERS, { method: 'POST', body: { externalUserId: 'E1' } });
  assert.equal(answer.status, 308);
  assert.equal(simulator.data.users.length, 0);
});
