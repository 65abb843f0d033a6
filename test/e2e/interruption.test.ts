import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { READY_AT_ONCE, startSimulator } from '../simulator/percipio/start-simulator.ts';
import { createWorkFolder, readIds, runForSummary, startProcess, trueIds } from './run-program.ts';

/** A process that syncs into an existing file, in the middle of the grants: the download of its report has stalled. */
async function startStalled(t: TestContext) {
  const simulator = await startSimulator(t, { users: 30, courses: 20, activityRows: 200, ...READY_AT_ONCE });
  const folder = await createWorkFolder(t);
  await runForSummary(simulator, folder);
  const before = await readFile(folder.file);
  simulator.requests.clear();
  const report = /report-requests\/(?!0000|learning)/;
  simulator.faults.add({ kind: 'stall', afterBytes: 1000, match: { method: 'GET', path: report } });
  const { child, finished } = startProcess(t, simulator, folder);
  await simulator.requests.waitFor(({ path, status }) => report.test(path) && status === 200);
  return { simulator, folder, before, child, finished };
}

for (const [signal, exitCode] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`${signal} ends a sync with ${exitCode}: the file is what it was, and no temporary file is left`, async (t) => {
    const { simulator, folder, before, child, finished } = await startStalled(t);
    child.kill(signal);
    const outcome = await finished;
    assert.deepEqual([outcome.exitCode, outcome.signal], [exitCode, null]);
    assert.match(outcome.stderr, new RegExp(`stopped by ${signal}\n$`));
    assert.ok(before.equals(await readFile(folder.file)));
    assert.deepEqual(await folder.list(), ['sync.c1z']);
    assert.deepEqual(await folder.listTemporary(), []);
    await simulator.requests.waitFor(({ outcome }) => outcome === 'aborted');
  });
}

test('kill -9 leaves the file as it was and none beside it, and the next sync works', async (t) => {
  const { simulator, folder, before, child, finished } = await startStalled(t);
  child.kill('SIGKILL');
  assert.equal((await finished).signal, 'SIGKILL');
  assert.ok(before.equals(await readFile(folder.file)));
  assert.deepEqual(await folder.list(), ['sync.c1z']);
  await runForSummary(simulator, folder);
  assert.deepEqual(await readIds(folder.file), trueIds(simulator));
});
