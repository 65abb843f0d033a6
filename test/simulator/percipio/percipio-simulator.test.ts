import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { startPercipioSimulator } from '../../../src/simulator/percipio/percipio-simulator.ts';
import { SIMULATED_ORGANIZATION_ID } from '../../../src/simulator/percipio/simulator-options.ts';
import { CATALOG, call, READY_AT_ONCE, requestReport, startSimulator, USERS } from './start-simulator.ts';

test('it listens on a free port of the loopback, with a default organization and a token, until it is closed', async () => {
  const simulator = await startPercipioSimulator();
  assert.match(simulator.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.equal(simulator.organizationId, SIMULATED_ORGANIZATION_ID);
  assert.equal((await call(simulator, USERS)).json.length, 200);
  assert.equal((await call(simulator, CATALOG)).json.length, 100);
  await simulator.close();
  await simulator.close();
  await assert.rejects(call(simulator, USERS));
});

test('it can be disposed of, and takes a port that is free again', async () => {
  let port: number;
  {
    await using simulator = await startPercipioSimulator({ users: 1 });
    port = Number(new URL(simulator.url).port);
  }
  await using again = await startPercipioSimulator({ users: 1, port });
  assert.equal(new URL(again.url).port, String(port));
  await assert.rejects(startPercipioSimulator({ port }), { code: 'EADDRINUSE' });
});

test('options that cannot be are refused by name', async () => {
  await assert.rejects(startPercipioSimulator({ users: -1 }), /users/);
  await assert.rejects(startPercipioSimulator({ courses: 1.5 }), /courses/);
  await assert.rejects(startPercipioSimulator({ activityRows: Number.NaN }), /activityRows/);
  await assert.rejects(startPercipioSimulator({ activityRows: 80_000_001 }), /activityRows/);
  await assert.rejects(startPercipioSimulator({ catalogLast: 'none' as 'link' }), /catalogLast/);
  await assert.rejects(startPercipioSimulator({ writeAnswers: 'none' as 'user' }), /writeAnswers/);
  await assert.rejects(startPercipioSimulator({ staleReads: -1 }), /staleReads/);
  await assert.rejects(startPercipioSimulator({ reportFile: '/no/such/file' }), /ENOENT/);
});

test('setReport serves any body in any pieces, for the next reports in turn or for one by its id', async (t) => {
  const simulator = await startSimulator(t, { ...READY_AT_ONCE });
  simulator.setReport('next', [
    '[{"contentUuid":"',
    Buffer.from('é').subarray(0, 1),
    Buffer.from('é').subarray(1),
    '"}]',
  ]);
  simulator.setReport('next', ['[]']);
  const first = await requestReport(simulator);
  const second = await requestReport(simulator);
  const third = await requestReport(simulator);
  assert.deepEqual((await call(simulator, first)).json, [{ contentUuid: 'é' }]);
  assert.deepEqual((await call(simulator, first)).json, [{ contentUuid: 'é' }]);
  assert.equal((await call(simulator, second)).text, '[]');
  assert.equal((await call(simulator, third)).json.length, 5000);
  simulator.setReport(third.split('/').at(-1) ?? '', async function* () {
    yield 'not ';
    yield 'JSON';
  });
  assert.equal((await call(simulator, third)).text, 'not JSON');
  assert.equal((await call(simulator, third)).text, 'not JSON');
  assert.throws(() => simulator.setReport('unknown', []), RangeError);
});

test('setReport sends each piece as a chunk of its own', async (t) => {
  const simulator = await startSimulator(t, { ...READY_AT_ONCE });
  simulator.setReport('next', ['', '[', '{"a"', ':', '"b"}', ']']);
  const path = (await requestReport(simulator)).replace('{org}', simulator.organizationId);
  const { hostname, port } = new URL(simulator.url);
  const socket = connect(Number(port), hostname);
  const head = [`GET ${path} HTTP/1.1`, 'host: x', 'connection: close', `authorization: Bearer ${simulator.token}`];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  const wire = await text(socket);
  assert.equal(wire.split('\r\n\r\n')[1], '1\r\n[\r\n4\r\n{"a"\r\n1\r\n:\r\n4\r\n"b"}\r\n1\r\n]\r\n0');
});

test('a body that fails on its way breaks the connection off', async (t) => {
  const simulator = await startSimulator(t, { ...READY_AT_ONCE });
  simulator.setReport('next', function* () {
    yield '[{}';
    throw new Error('lost');
  });
  const path = await requestReport(simulator);
  await assert.rejects(call(simulator, path));
  await assert.rejects(call(simulator, path, { headers: { 'accept-encoding': 'gzip' } }));
  await simulator.requests.waitFor(({ index, outcome }) => index === 2 && outcome === 'cut');
});

test('a report goes no faster than the client reads: pieces are not made in advance', async (t) => {
  const simulator = await startSimulator(t, { ...READY_AT_ONCE });
  const megabyte = Buffer.alloc(1024 * 1024, ' ');
  let made = 0;
  let ended = false;
  simulator.setReport('next', function* () {
    try {
      for (; made < 1000; made += 1) yield megabyte;
    } finally {
      ended = true;
    }
  });
  const path = await requestReport(simulator);
  const abort = new AbortController();
  const { body } = await request(simulator.url + path.replace('{org}', simulator.organizationId), {
    headers: { authorization: `Bearer ${simulator.token}` },
    signal: abort.signal,
  });
  await sleep(20);
  assert.ok(made < 100, `${made} MB are on their way to a client that reads nothing`);
  abort.abort();
  await assert.rejects(body.text());
  await simulator.requests.waitFor(({ outcome }) => outcome === 'aborted');
  await sleep(1);
  assert.ok(ended);
});

test('reportFile is sent as the body of every report', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'percipio-simulator-'));
  t.after(() => rm(folder, { recursive: true }));
  const reportFile = join(folder, 'report.json');
  const rows = JSON.stringify(Array.from({ length: 100_000 }, (_, index) => ({ contentUuid: String(index) })));
  await writeFile(reportFile, rows);
  const simulator = await startSimulator(t, { reportFile, ...READY_AT_ONCE });
  for (let count = 0; count < 2; count += 1) {
    assert.equal((await call(simulator, await requestReport(simulator))).text, rows);
  }
});

test('fifty thousand rows arrive whole', async (t) => {
  const simulator = await startSimulator(t, { users: 1000, activityRows: 50_000, ...READY_AT_ONCE });
  const { json, bytes } = await call(simulator, await requestReport(simulator));
  assert.equal(json.length, 50_000);
  assert.ok(bytes.length > 45_000_000);
});

test('the simulator imports nothing of the runtime or the connector, which it is there to test', async () => {
  const { glob, readFile } = await import('node:fs/promises');
  const folder = new URL('../../../src/simulator/percipio/', import.meta.url);
  for await (const name of glob('**/*.ts', { cwd: folder })) {
    const source = await readFile(new URL(name, folder), 'utf8');
    for (const [, specifier = ''] of source.matchAll(/from '([^']+)'/g)) {
      const target = specifier.startsWith('.') ? new URL(specifier, new URL(name, folder)).href : specifier;
      const isOwn = target.startsWith(folder.href);
      assert.ok(
        isOwn || specifier.startsWith('node:'),
        `${name} imports ${specifier}: it may import node: and its own files`,
      );
    }
  }
});
