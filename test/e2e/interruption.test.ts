import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import type { PercipioSimulator } from '../../src/simulator/percipio/percipio-simulator.ts';
import { READY_AT_ONCE, startSimulator } from '../simulator/percipio/start-simulator.ts';
import {
  createWorkFolder,
  readIds,
  runForSummary,
  runProgram,
  startProcess,
  trueIds,
  type WorkFolder,
} from './run-program.ts';

const report = /report-requests\/(?!0000|learning)/;

/** A process that syncs into an existing file, in the middle of the grants: the download of its report has stalled. */
async function startStalled(t: TestContext) {
  const simulator = await startSimulator(t, { users: 30, courses: 20, activityRows: 200, ...READY_AT_ONCE });
  const folder = await createWorkFolder(t);
  await runForSummary(simulator, folder);
  const before = await readFile(folder.file);
  simulator.requests.clear();
  simulator.faults.add({ kind: 'stall', afterBytes: 1000, match: { method: 'GET', path: report } });
  const { child, finished } = startProcess(t, simulator, folder);
  await simulator.requests.waitFor(({ path, status }) => report.test(path) && status === 200);
  return { simulator, folder, before, child, finished };
}

/** A process that waits for a report. Percipio generates it once the clock is an hour later. */
async function startWaiting(t: TestContext) {
  const clock = { ms: Date.now() };
  const simulator = await startSimulator(t, {
    users: 30,
    courses: 20,
    activityRows: 200,
    ...READY_AT_ONCE,
    reportDelayMs: 3_600_000,
    now: () => clock.ms,
  });
  const folder = await createWorkFolder(t);
  const { child, finished } = startProcess(t, simulator, folder);
  await simulator.requests.waitFor(({ path, status }) => report.test(path) && status === 200);
  return { simulator, folder, clock, child, finished };
}

/** The next sync uses the same report, and leaves only its file. @returns its id */
async function assertContinues(simulator: PercipioSimulator, folder: WorkFolder): Promise<string> {
  const reports = simulator.reportRequests.length;
  const { sync_id: syncId } = await runForSummary(simulator, folder);
  assert.deepEqual(await readIds(folder.file), trueIds(simulator));
  assert.equal(simulator.reportRequests.length, reports);
  assert.deepEqual([await folder.list(), await folder.listTemporary()], [['sync.c1z'], []]);
  return syncId;
}

for (const [signal, exitCode] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`${signal} ends a sync with ${exitCode}: the file is what it was, and the next sync continues`, async (t) => {
    const { simulator, folder, before, child, finished } = await startStalled(t);
    child.kill(signal);
    const outcome = await finished;
    assert.deepEqual([outcome.exitCode, outcome.signal], [exitCode, null]);
    assert.match(
      outcome.stderr,
      new RegExp(
        `\nbaton-percipio: stopped by ${signal}\nbaton-percipio: What was .*To continue, run .*If that folder is lost.*: Percipio has .*\n$`,
      ),
    );
    assert.ok(before.equals(await readFile(folder.file)));
    assert.deepEqual(await folder.list(), ['sync.c1z']);
    await simulator.requests.waitFor(({ outcome }) => outcome === 'aborted');
    const [, syncId] = /"sync_id":"(\w+)","msg":"kept the unfinished sync/.exec(outcome.stderr) ?? [];
    assert.equal(await assertContinues(simulator, folder), syncId);
  });
}

test('kill -9 leaves the file as it was, and the next sync continues', async (t) => {
  const { simulator, folder, before, child, finished } = await startStalled(t);
  child.kill('SIGKILL');
  assert.equal((await finished).signal, 'SIGKILL');
  assert.ok(before.equals(await readFile(folder.file)));
  assert.deepEqual(await folder.list(), ['sync.c1z', 'sync.c1z.lock']);
  await assertContinues(simulator, folder);
});

test('a sync that is interrupted while Percipio generates the report says how another one can use it', async (t) => {
  const { simulator, folder, clock, child, finished } = await startWaiting(t);
  child.kill('SIGINT');
  const [, id, until] = /--report-id (\S+) before (\S+): /.exec((await finished).stderr) ?? [];
  assert.equal(id, simulator.reportRequests[0]?.reportId);
  const leftMs = Date.parse(until ?? '') - Date.now();
  assert.ok(leftMs > 23.9 * 3_600_000 && leftMs <= 24 * 3_600_000, until);
  clock.ms += 3_600_000;
  await runForSummary(simulator, folder, { argv: [`--report-id=${id}`] });
  assert.deepEqual(await readIds(folder.file), trueIds(simulator));
  assert.equal(simulator.reportRequests.length, 1);
});

test('a sync that is killed while Percipio generates the report is continued with the same report', async (t) => {
  const { simulator, folder, clock, child, finished } = await startWaiting(t);
  child.kill('SIGKILL');
  await finished;
  clock.ms += 3_600_000;
  await assertContinues(simulator, folder);
  assert.equal(simulator.reportRequests.length, 1);
});

test('a report that Percipio has lost since is requested again', async (t) => {
  const { simulator, folder, clock, child, finished } = await startWaiting(t);
  child.kill('SIGKILL');
  await finished;
  simulator.expireReport(simulator.reportRequests[0]?.reportId ?? '');
  const continued = runForSummary(simulator, folder);
  await simulator.requests.waitFor(() => simulator.reportRequests.length === 2);
  clock.ms += 3_600_000;
  await continued;
  assert.deepEqual(await readIds(folder.file), trueIds(simulator));
});

test('--sync-time-limit stops a sync, and the next one continues it', async (t) => {
  const { simulator, folder, child, finished } = await startStalled(t);
  child.kill('SIGKILL');
  await finished;
  simulator.faults.add({ kind: 'stall', afterBytes: 1000, match: { method: 'GET', path: report } });
  const { exitCode, stderr } = await runProgram(simulator, folder, { argv: ['--sync-time-limit=300ms'] });
  assert.equal(exitCode, 1);
  assert.match(
    stderr,
    /\nbaton-percipio: the sync has reached --sync-time-limit and stopped\n.*What was synced is kept/s,
  );
  await assertContinues(simulator, folder);
});
