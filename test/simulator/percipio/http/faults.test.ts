import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { request } from 'undici';
import { Faults } from '../../../../src/simulator/percipio/http/faults.ts';
import type { PercipioSimulator } from '../../../../src/simulator/percipio/percipio-simulator.ts';
import {
  ALL_ACTIVITY,
  CATALOG,
  call,
  LEARNING_ACTIVITY,
  READY_AT_ONCE,
  requestReport,
  startSimulator,
  USERS,
} from '../start-simulator.ts';

/** Reads a body as far as it comes. */
async function readPart(
  simulator: PercipioSimulator,
  path: string,
): Promise<{ head: number; bytes: number; error: unknown }> {
  const answer = await request(simulator.url + path.replace('{org}', simulator.organizationId), {
    headers: { authorization: `Bearer ${simulator.token}` },
  });
  let bytes = 0;
  try {
    for await (const chunk of answer.body) bytes += chunk.length;
    return { head: Number(answer.headers['content-length']), bytes, error: undefined };
  } catch (error) {
    return { head: Number(answer.headers['content-length']), bytes, error };
  }
}

async function outcomeOf(simulator: PercipioSimulator, index: number): Promise<string> {
  return (await simulator.requests.waitFor((record) => record.index === index && record.outcome !== 'open')).outcome;
}

test('status answers with any code, headers and a body of JSON, of HTML, or none', async (t) => {
  const simulator = await startSimulator(t);
  const headers = {
    'retry-after': '7',
    'x-ratelimit-limit': '100',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': '60',
  };
  simulator.faults.add({ kind: 'status', status: 429, headers, body: { message: 'slow down' } });
  simulator.faults.add({ kind: 'status', status: 502, body: '<html>Bad Gateway</html>' });
  simulator.faults.add({ kind: 'status', status: 503 });
  const limited = await call(simulator, USERS);
  assert.equal(limited.status, 429);
  assert.deepEqual(limited.json, { message: 'slow down' });
  for (const [name, value] of Object.entries(headers)) assert.equal(limited.headers[name], value);
  const gateway = await call(simulator, USERS);
  assert.equal(gateway.status, 502);
  assert.match(String(gateway.headers['content-type']), /^text\/html/);
  assert.equal(gateway.text, '<html>Bad Gateway</html>');
  const unavailable = await call(simulator, USERS);
  assert.deepEqual([unavailable.status, unavailable.text], [503, '']);
  assert.equal((await call(simulator, USERS)).status, 200);
  assert.deepEqual(
    simulator.requests.all.map(({ faults }) => faults.join()),
    ['status', 'status', 'status', ''],
  );
});

test('reset breaks the connection before an answer, and nothing is done', async (t) => {
  const simulator = await startSimulator(t);
  simulator.faults.add({ kind: 'reset' });
  await assert.rejects(requestReport(simulator));
  assert.equal(await outcomeOf(simulator, 0), 'cut');
  const first = await requestReport(simulator);
  const untouched = await startSimulator(t);
  assert.equal(first, await requestReport(untouched));
});

test('lostAnswer does the work, then breaks the connection', async (t) => {
  const simulator = await startSimulator(t);
  simulator.faults.add({ kind: 'lostAnswer', match: { method: 'POST' } });
  await assert.rejects(requestReport(simulator));
  assert.equal(await outcomeOf(simulator, 0), 'cut');
  const untouched = await startSimulator(t);
  await requestReport(untouched);
  assert.equal(await requestReport(simulator), await requestReport(untouched));
});

test('truncate breaks off a body that was announced with its full length', async (t) => {
  const simulator = await startSimulator(t);
  const full = (await call(simulator, USERS)).bytes.length;
  simulator.faults.add({ kind: 'truncate' });
  simulator.faults.add({ kind: 'truncate', afterBytes: 10 });
  const half = await readPart(simulator, USERS);
  assert.equal(half.head, full);
  assert.equal(half.bytes, Math.floor(full / 2));
  assert.ok(half.error instanceof Error);
  assert.equal(await outcomeOf(simulator, 1), 'cut');
  const ten = await readPart(simulator, USERS);
  assert.equal(ten.bytes, 10);
  assert.ok(ten.error instanceof Error);
});

test('truncate breaks off a chunked body, even one that is shorter than where it should break', async (t) => {
  const simulator = await startSimulator(t, { activityRows: 1000, ...READY_AT_ONCE });
  const path = await requestReport(simulator);
  const match = { method: 'GET' };
  simulator.faults.add({ kind: 'truncate', match });
  simulator.faults.add({ kind: 'truncate', match, afterBytes: 100_000 });
  simulator.faults.add({ kind: 'truncate', match, afterBytes: 100_000_000 });
  const full = (await readPart(await startFresh(t), path)).bytes;
  for (const expected of [65_536, 100_000, full]) {
    const part = await readPart(simulator, path);
    assert.ok(Number.isNaN(part.head));
    assert.equal(part.bytes, expected);
    assert.ok(part.error instanceof Error);
  }
  assert.equal((await readPart(simulator, path)).error, undefined);
});

/** A second simulator of the same data, whose first report has the same id. */
async function startFresh(t: TestContext): Promise<PercipioSimulator> {
  const simulator = await startSimulator(t, { activityRows: 1000, ...READY_AT_ONCE });
  await requestReport(simulator);
  return simulator;
}

test('stall with afterBytes goes silent in the middle of a body until the client goes', async (t) => {
  const simulator = await startSimulator(t);
  simulator.faults.add({ kind: 'stall', afterBytes: 100 });
  const abort = new AbortController();
  const answer = await request(simulator.url + USERS.replace('{org}', simulator.organizationId), {
    headers: { authorization: `Bearer ${simulator.token}` },
    signal: abort.signal,
  });
  let bytes = 0;
  const reading = (async () => {
    for await (const chunk of answer.body) {
      bytes += chunk.length;
      if (bytes >= 100) abort.abort();
    }
  })();
  await assert.rejects(reading, { name: 'AbortError' });
  assert.equal(bytes, 100);
  assert.equal(await outcomeOf(simulator, 0), 'aborted');
});

test('delay answers later, and the next fault that fits strikes after it', async (t) => {
  const simulator = await startSimulator(t);
  simulator.faults.add({ kind: 'delay', delayMs: 15, times: 2 });
  simulator.faults.add({ kind: 'status', status: 500, skip: 1 });
  assert.equal((await call(simulator, USERS)).status, 200);
  assert.equal((await call(simulator, USERS)).status, 500);
  assert.equal((await call(simulator, USERS)).status, 200);
  await outcomeOf(simulator, 2);
  const [delayed, both, none] = simulator.requests.all;
  assert.deepEqual([delayed?.faults, both?.faults, none?.faults], [['delay'], ['delay', 'status'], []]);
  // Timers may fire up to a millisecond early by this clock.
  assert.ok(delayed && (delayed.endedMs ?? 0) - delayed.startedMs >= 14);
});

test('a delay ends when the client goes', async (t) => {
  const simulator = await startSimulator(t);
  simulator.faults.add({ kind: 'delay', delayMs: 3_600_000 });
  const abort = new AbortController();
  const calling = call(simulator, USERS, { signal: abort.signal });
  await simulator.requests.waitFor(({ faults }) => faults.includes('delay'));
  abort.abort();
  await assert.rejects(calling);
  assert.equal(await outcomeOf(simulator, 0), 'aborted');
});

test('gather holds requests until all have arrived, and then processes them before anybody gets an answer', async (t) => {
  const simulator = await startSimulator(t, { users: 1 });
  const [user] = simulator.data.users;
  simulator.faults.add({ kind: 'gather', count: 2, match: { method: 'PATCH' } });
  const rename = async (firstName: string) => {
    const path = `${USERS}/${user?.id}`;
    await call(simulator, path, { method: 'PATCH', body: { firstName } });
    return (await call(simulator, path)).json.firstName;
  };
  const first = rename('One');
  await simulator.requests.waitFor(({ faults }) => faults.includes('gather'));
  assert.notEqual(user?.firstName, 'One');
  assert.deepEqual(await Promise.all([first, rename('Two')]), ['Two', 'Two']);
  assert.equal(await rename('Three'), 'Three');
});

test('a gathered request ends when the client goes', async (t) => {
  const simulator = await startSimulator(t);
  simulator.faults.add({ kind: 'gather', count: 2 });
  const abort = new AbortController();
  const calling = call(simulator, USERS, { signal: abort.signal });
  await simulator.requests.waitFor(({ faults }) => faults.includes('gather'));
  abort.abort();
  await assert.rejects(calling);
  assert.equal(await outcomeOf(simulator, 0), 'aborted');
});

test('emptyBody and garbage answer 200 with nothing, and with what is no JSON', async (t) => {
  const simulator = await startSimulator(t);
  simulator.faults.add({ kind: 'emptyBody' });
  simulator.faults.add({ kind: 'garbage' });
  simulator.faults.add({ kind: 'garbage', text: '[}' });
  const empty = await call(simulator, USERS);
  assert.deepEqual([empty.status, empty.text], [200, '']);
  const garbage = await call(simulator, USERS);
  assert.equal(garbage.status, 200);
  assert.match(String(garbage.headers['content-type']), /json/);
  assert.throws(() => garbage.json, SyntaxError);
  assert.equal((await call(simulator, USERS)).text, '[}');
});

test('match chooses by method, by path, and by path with query', async (t) => {
  const simulator = await startSimulator(t);
  simulator.faults.add({ kind: 'status', status: 500, match: { method: 'POST' }, times: Infinity });
  simulator.faults.add({ kind: 'status', status: 501, match: { path: /catalog-content$/ }, times: Infinity });
  simulator.faults.add({ kind: 'status', status: 502, match: { path: /users\?.*offset=50/g }, times: Infinity });
  const report = { method: 'POST', body: ALL_ACTIVITY } as const;
  assert.equal((await call(simulator, LEARNING_ACTIVITY, report)).status, 500);
  assert.equal((await call(simulator, `${CATALOG}?max=3`)).status, 501);
  assert.equal((await call(simulator, `${USERS}?max=50`)).status, 200);
  assert.equal((await call(simulator, `${USERS}?max=50&offset=50`)).status, 502);
  assert.equal((await call(simulator, `${USERS}?max=50&offset=50`)).status, 502);
});

test('skip and times count matching requests; strikes counts what was struck; remove and clear end it', async (t) => {
  const simulator = await startSimulator(t);
  const statuses = async (count: number) => {
    const seen = [];
    for (let each = 0; each < count; each += 1) seen.push((await call(simulator, USERS)).status);
    return seen;
  };
  const fault = simulator.faults.add({ kind: 'status', status: 500, skip: 2, times: 2, match: { path: /users/ } });
  await call(simulator, CATALOG);
  assert.deepEqual(await statuses(6), [200, 200, 500, 500, 200, 200]);
  assert.equal(fault.strikes, 2);
  const endless = simulator.faults.add({ kind: 'status', status: 503, times: Infinity });
  assert.deepEqual(await statuses(2), [503, 503]);
  endless.remove();
  assert.deepEqual(await statuses(1), [200]);
  simulator.faults.add({ kind: 'status', status: 503, times: Infinity });
  simulator.faults.clear();
  assert.deepEqual(await statuses(1), [200]);
});

test('onStrike is called at each strike, before the request is carried out', async (t) => {
  const simulator = await startSimulator(t, { users: 0 });
  const onStrike = () => void simulator.data.users.push({ id: 'meanwhile' });
  simulator.faults.add({ kind: 'delay', delayMs: 0, times: 2, skip: 1, onStrike });
  const seen = [];
  for (let each = 0; each < 4; each += 1) seen.push((await call(simulator, USERS)).json.length);
  assert.deepEqual(seen, [0, 1, 2, 2]);
});

test('rate strikes a share of the requests, the same ones for the same seed', () => {
  const struck = (seed: number): boolean[] => {
    const faults = new Faults(seed);
    faults.add({ kind: 'reset', rate: 0.3, times: Infinity });
    return Array.from({ length: 1000 }, () => faults.take('GET', '/', '').fault !== undefined);
  };
  const share = struck(1).filter(Boolean).length / 1000;
  assert.ok(share > 0.25 && share < 0.35, String(share));
  assert.deepEqual(struck(1), struck(1));
  assert.notDeepEqual(struck(1), struck(2));
});

test('faults strike before the token is looked at, as a proxy in between does', async (t) => {
  const simulator = await startSimulator(t);
  simulator.faults.add({ kind: 'status', status: 504 });
  assert.equal((await call(simulator, USERS, { token: 'wrong' })).status, 504);
});

test('alter answers what a function makes of the response, of a list and of a report', async (t) => {
  const simulator = await startSimulator(t, { users: 3, ...READY_AT_ONCE });
  const report = await requestReport(simulator);
  simulator.faults.add({
    kind: 'alter',
    times: 2,
    change: ({ status, headers, body }) => ({
      status: status + 1,
      headers: { ...headers, 'x-altered': 'yes' },
      body: Buffer.from(JSON.stringify([JSON.parse(body.toString()).length])),
    }),
  });
  const users = await call(simulator, USERS);
  assert.deepEqual([users.status, users.headers['x-altered'], users.json], [201, 'yes', [3]]);
  const altered = await call(simulator, report);
  const { json: rows } = await call(simulator, report);
  assert.deepEqual([altered.status, altered.json], [201, [rows.length]]);
});
