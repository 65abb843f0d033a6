import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { together } from '../../../bench/process/process-tree.ts';
import { FailedRun, runMeasured } from '../../../bench/process/run-measured.ts';

const linuxOnly = process.platform === 'linux' ? {} : { skip: 'usage is read from /proc' };

async function run(t: TestContext, program: string) {
  const folder = await mkdtemp(join(tmpdir(), 'run-measured-test-'));
  t.after(() => rm(folder, { recursive: true }));
  return await runMeasured({ words: [process.execPath, '--eval', program], env: process.env, folder });
}

test('a program is measured until it ends, and what it says is kept', linuxOnly, async (t) => {
  // It ends by itself when it has used so much, so that the test needs no clock.
  const program = `const kept = Buffer.alloc(100e6, 1);
    while (process.cpuUsage().user < 200_000);
    setTimeout(() => console.log(kept.length), 250);`;
  const { stdout, cpuMs, wallMs, peakBytes, processes } = await run(t, program);
  assert.equal(stdout, '100000000\n');
  assert.ok(cpuMs >= 200, `${cpuMs} ms of CPU`);
  assert.ok(wallMs >= 400, `${wallMs} ms`);
  assert.ok(peakBytes > 100e6, `${peakBytes} bytes`);
  assert.equal(processes, 1);
});

test('what a program starts counts as its own', linuxOnly, async (t) => {
  const inner = `const kept = Buffer.alloc(100e6, 1); while (process.cpuUsage().user < 200_000); setTimeout(() => kept.fill(2), 250);`;
  const program = `require('node:child_process').spawnSync(process.execPath, ['--eval', ${JSON.stringify(inner)}]);`;
  const { cpuMs, peakBytes, processes } = await run(t, program);
  assert.equal(processes, 2);
  assert.ok(cpuMs >= 200, `${cpuMs} ms of CPU`);
  assert.ok(peakBytes > 100e6, `${peakBytes} bytes`);
});

test('a program that fails is told of by its last words', linuxOnly, async (t) => {
  const program = `console.error('reading'); console.error('there is no such sync'); process.exitCode = 3;`;
  await assert.rejects(run(t, program), (error) => {
    assert.ok(error instanceof FailedRun);
    assert.match(error.message, /exited with 3/);
    assert.equal(error.lastWords, 'there is no such sync');
    return true;
  });
});

test('what processes map from files counts once', () => {
  const parent = { rss: 100, peak: 120, mapped: 40 };
  const child = { rss: 70, peak: 70, mapped: 50 };
  assert.equal(together([parent, child]), 60 + 20 + 50);
  assert.equal(together([]), 0);
});
