import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(import.meta.resolve('./library-process.ts'));

function start(
  argv: readonly string[],
  env: NodeJS.ProcessEnv = {},
): ChildProcess & { stdout: object; stderr: object } {
  return spawn(process.execPath, [main, ...argv], { env, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
}

async function run(argv: readonly string[], env?: NodeJS.ProcessEnv) {
  const child = start(argv, env);
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout as NodeJS.ReadableStream),
    text(child.stderr as NodeJS.ReadableStream),
    once(child, 'close'),
  ]);
  return { exitCode, stdout, stderr };
}

test('a process prints help to stdout and ends with 0', async () => {
  const { exitCode, stdout, stderr } = await run(['--help']);
  assert.deepEqual([exitCode, stderr], [0, '']);
  assert.match(stdout, /^Syncs the library\n/);
});

test('a process tells faults of flags and environment on stderr and ends with 2', async () => {
  const { exitCode, stdout, stderr } = await run(['--workers=x'], { BATON_BRANCH: 'west' });
  assert.deepEqual([exitCode, stdout], [2, '']);
  assert.match(
    stderr,
    /^baton-library: 3 errors:\n {2}BATON_BRANCH: .*\n {2}--workers: .*\n {2}--library-card is required/,
  );
});

test('a process that fails loses no line of its log, shows no secret and ends with 1', async () => {
  const { exitCode, stderr } = await run(['count', '--shelves=5000'], { BATON_LIBRARY_CARD: 's3cret-card' });
  assert.equal(exitCode, 1);
  const lines = stderr.split('\n').filter((line) => line.startsWith('{'));
  assert.equal(lines.length, 5001);
  assert.equal(JSON.parse(lines[4999] ?? '').shelf, 5000);
  assert.match(stderr, /\nbaton-library: Error: no shelf for \[redacted\]\n {4}at /);
  assert.doesNotMatch(stderr, /s3cret-card/);
});

test('a process that is stopped says so and ends as the signal asks', async (t) => {
  const child = start(['open', 'wait'], { BATON_LIBRARY_CARD: 's3cret-card' });
  t.after(() => child.kill('SIGKILL'));
  const stderr = text(child.stderr as NodeJS.ReadableStream);
  await once(child.stdout as NodeJS.ReadableStream, 'data');
  child.kill('SIGTERM');
  const [exitCode, signal] = await once(child, 'close');
  assert.deepEqual([exitCode, signal], [143, null]);
  assert.equal(await stderr, 'baton-library: stopped by SIGTERM\n');
});
