import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';

const module = new URL('../../../bench/process/end-with-benchmark.ts', import.meta.url).href;

test('a process that the benchmark started does not outlive it', { timeout: 30_000 }, async () => {
  // The inner process holds the pipe open for as long as it lives; it would live for a minute.
  const program = `import { spawn } from 'node:child_process';
    import { endWithBenchmark } from '${module}';
    const inner = ['--eval', "setTimeout(() => {}, 60_000); process.stdout.write('alive')"];
    const child = endWithBenchmark(spawn(process.execPath, inner, { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] }));
    process.stdin.once('data', () => process.exit());`;
  const bench = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [alive] = await once(bench.stdout, 'data');
  assert.equal(String(alive), 'alive');
  bench.stdin.write('end');
  await once(bench.stdout.resume(), 'end');
});
