// The whole circle in a process of its own: ConductorOne's tasks, Percipio's data, an upload.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import { c1zMagic } from '../../src/baton/c1z/file/envelope.ts';
import type { ConductorOneOptions } from '../../src/simulator/conductorone/conductorone-simulator.ts';
import { mintServiceToken } from '../../src/simulator/percipio/service-token.ts';
import type { PercipioSimulatorOptions } from '../../src/simulator/percipio/simulator-options.ts';
import { startConductorOne } from '../simulator/conductorone/start-conductorone.ts';
import { READY_AT_ONCE, startSimulator } from '../simulator/percipio/start-simulator.ts';
import { createWorkFolder, readIds, startProcess, trueIds } from './run-program.ts';

const size = { seed: 7, users: 40, courses: 30, activityRows: 400, ...READY_AT_ONCE };
const syncFull = { case: 'syncFull', value: {} } as const;

async function startCircle(
  t: TestContext,
  argv: readonly string[] = [],
  {
    percipio: percipioOptions = size,
    ...options
  }: Partial<ConductorOneOptions> & { percipio?: PercipioSimulatorOptions } = {},
) {
  const folder = await createWorkFolder(t);
  const conductorone = await startConductorOne(t, options);
  const percipio = await startSimulator(t, percipioOptions);
  const program = startProcess(t, percipio, folder, { argv, env: conductorone.env });
  return { conductorone, percipio, folder, ...program };
}

test('with --sync-licenses, the uploaded file has licenses and who has consumed them', async (t) => {
  const { conductorone, percipio } = await startCircle(t, ['--sync-licenses']);
  const { tasks, uploads } = conductorone;
  const id = tasks.add(syncFull);
  assert.equal((await tasks.finished(id)).finalState.case, 'success');
  const { grants, resources } = await readIds(uploads.of(id)[0]?.path ?? '');
  const users = grants.flatMap((grant) => (grant.startsWith('license:') ? (grant.split(':user:')[1] ?? '') : []));
  const consumed = percipio.truth.consumedLicenses().map(({ userId }) => userId);
  assert.deepEqual(users.sort(), consumed.sort());
  assert.equal(resources.filter((resource) => resource.startsWith('license:')).length, 4);
});

test('the program does the tasks of ConductorOne, syncs anew for each, and shows no secret anywhere', async (t) => {
  const argv = ['--log-level=debug', '--log-path=stderr,log.jsonl'];
  const { conductorone, percipio, folder, child, finished } = await startCircle(t, argv);
  const { tasks, uploads, tokens } = conductorone;
  const ids = [tasks.add(syncFull, { debug: true }), tasks.add(syncFull)];
  for (const id of ids) {
    assert.equal((await tasks.finished(id)).finalState.case, 'success');
    assert.deepEqual(await readIds(uploads.of(id)[0]?.path ?? ''), trueIds(percipio));
  }
  assert.equal(percipio.requests.of({ method: 'POST', path: /learning-activity/ }).length, 2);
  const grant = tasks.add({
    case: 'grant',
    value: {
      entitlement: { id: 'e', resource: { id: { resourceType: 'course', resource: 'c' } } },
      principal: { id: { resourceType: 'user', resource: 'u' } },
    },
  });
  const { status, finalState } = await tasks.finished(grant);
  assert.equal(
    status?.message,
    'provisioning is not enabled: start the connector with --provisioning (BATON_PROVISIONING=true) to permit changes',
  );
  assert.equal(finalState.case === 'error' && finalState.value.nonRetryable, true);
  tokens.revokeAll();
  await tasks.finished(tasks.add({ case: 'actionListSchemas', value: {} }));

  child.kill('SIGTERM');
  const { exitCode, stdout, stderr } = await finished;
  assert.equal(exitCode, 0, stderr);
  assert.deepEqual([await folder.list(), await folder.listTemporary()], [['log.jsonl'], []]);

  const log = await readFile(join(folder.path, 'log.jsonl'), 'utf8');
  assert.ok(log.includes('"level":"debug"'));
  const [file, debugLog] = await Promise.all(uploads.of(ids[0] ?? '').map(({ path }) => readFile(path)));
  const database = zstdDecompressSync(file?.subarray(c1zMagic.length) ?? '').toString('latin1');
  const shown = { stdout, stderr, log, debugLog: String(debugLog), database };
  assert.ok(tokens.secrets.length > 5, 'there were secrets to be shown');
  // Three bytes of the key alone say nothing; what is looked for is any recognizable piece.
  const pieces = [...tokens.secrets, percipio.token].flatMap((secret) => [secret, ...secret.split(/[.:]/)]);
  for (const [where, text] of Object.entries(shown)) {
    for (const piece of [...pieces.filter((each) => each.length > 16), 'Bearer ']) {
      assert.ok(!text.includes(piece), `${where} holds ${piece}`);
    }
  }
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} during a sync: the task is given back, nothing is uploaded, no temporary file is left`, async (t) => {
    const { conductorone, percipio, folder, child, finished } = await startCircle(t);
    const report = /report-requests\/(?!0000|learning)/;
    percipio.faults.add({ kind: 'stall', afterBytes: 1000, match: { method: 'GET', path: report } });
    const id = conductorone.tasks.add(syncFull);
    await percipio.requests.waitFor(({ path, status }) => report.test(path) && status === 200);
    child.kill(signal);
    const { exitCode, stderr } = await finished;
    assert.equal(exitCode, 0, stderr);
    const { finalState, status } = await conductorone.tasks.finished(id);
    assert.match(status?.message ?? '', /stopping/);
    assert.equal(finalState.case === 'error' && finalState.value.nonRetryable, false);
    assert.deepEqual([conductorone.uploads.all, await folder.listTemporary()], [[], []]);
  });
}

test('SIGTERM ends the program while ConductorOne is away', async (t) => {
  const { conductorone, child, finished } = await startCircle(t);
  await conductorone.calls.waitFor('GetTask');
  conductorone.setAway(true);
  child.kill('SIGTERM');
  assert.equal((await finished).exitCode, 0);
});

test('credentials that ConductorOne refuses end the program with 1 and say what to check', async (t) => {
  const other = await startConductorOne(t);
  const conductorone = await startConductorOne(t);
  const env = { ...conductorone.env, BATON_CLIENT_SECRET: other.clientSecret };
  const folder = await createWorkFolder(t);
  const { exitCode, stderr, stdout } = await startProcess(t, await startSimulator(t, size), folder, { env }).finished;
  assert.deepEqual([exitCode, stdout], [1, '']);
  assert.match(stderr, /ConductorOne refuses the credentials: https:.*Check --client-id and --client-secret/);
  assert.ok(!stderr.includes(other.clientSecret.slice(-30)));
});

test('health says whether ConductorOne knows the connector, and when it was last heard of', async (t) => {
  const argv = ['--health-check', '--health-check-port=0', '--log-path=log.jsonl'];
  const { conductorone, folder } = await startCircle(t, argv);
  await conductorone.calls.waitFor('GetTask', 2);
  const log = await readFile(join(folder.path, 'log.jsonl'), 'utf8');
  const [, address] = /"address":"([^"]+)".*health endpoint/.exec(log) ?? [];
  const ask = async (path: string) => {
    const answer = await fetch(`http://${address}/${path}`);
    const { details } = (await answer.json()) as { details?: { last_contact?: string } };
    return { status: answer.status, details };
  };
  assert.deepEqual([(await ask('live')).status, (await ask('health')).status], [200, 200]);
  // The settings are checked in the background.
  let ready = await ask('ready');
  while (ready.status !== 200) ready = await ask('ready');
  assert.ok(Date.now() - Date.parse(ready.details?.last_contact ?? '') < 60_000);
});

test('a token that Percipio refuses is an error at once and makes the program unready; it stays up, and a task is final', async (t) => {
  const argv = ['--health-check', '--health-check-port=0', '--log-path=log.jsonl'];
  const conductorone = await startConductorOne(t);
  const percipio = await startSimulator(t, size);
  const folder = await createWorkFolder(t);
  const account = { ...percipio, url: percipio.url, token: mintServiceToken(percipio) };
  const { child, finished } = startProcess(t, account, folder, { argv, env: conductorone.env });
  await conductorone.calls.waitFor('GetTask', 1);
  const readLog = async () => (await readFile(join(folder.path, 'log.jsonl'), 'utf8')).trim().split('\n');
  const isAbout = (line: string) => line.includes('does not work with its settings');
  let log = await readLog();
  while (!log.some(isAbout)) log = await readLog();
  const { level, error } = JSON.parse(log.find(isAbout) ?? '');
  assert.equal(level, 'error');
  assert.match(error, /answered 401.*Check the API token \(--api-token, BATON_API_TOKEN\)/);
  const [, address] = /"address":"([^"]+)".*health endpoint/.exec(log.join('\n')) ?? [];
  const [ready, live] = await Promise.all(['ready', 'live'].map((path) => fetch(`http://${address}/${path}`)));
  assert.deepEqual([ready?.status, live?.status], [503, 200]);
  assert.match((await ready?.text()) ?? '', /does not work with its settings: .*Check the API token/);

  const id = conductorone.tasks.add(syncFull);
  const { finalState } = await conductorone.tasks.finished(id);
  assert.equal(finalState.case === 'error' && finalState.value.nonRetryable, true);
  const failures = (await readLog()).filter((line) => line.includes('task failed'));
  assert.deepEqual(
    failures.map((line) => JSON.parse(line).retryable),
    [false],
  );
  child.kill('SIGTERM');
  assert.equal((await finished).exitCode, 0);
});
