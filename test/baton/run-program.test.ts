import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(import.meta.resolve('./run-program-process.ts'));

async function run(argv: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [main, ...argv], { env, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
  const [stderr, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  return { exitCode, stderr };
}

const parse = (stderr: string): Record<string, unknown>[] =>
  stderr
    .trimEnd()
    .split('\n')
    .map((line) => {
      const { ts, ...fields } = JSON.parse(line);
      return fields;
    });

test('warnings of Node are lines of the log, also those from before there was one', async () => {
  const { exitCode, stderr } = await run(['accident', '--log-format=json']);
  assert.equal(exitCode, 0);
  assert.deepEqual(parse(stderr), [
    { level: 'warn', warning: 'DeprecationWarning', msg: 'an early warning' },
    { level: 'warn', warning: 'Warning', msg: 'a late warning' },
  ]);
});

test('there are no warnings for whoever wants none', async () => {
  const { exitCode, stderr } = await run(['accident'], { NODE_NO_WARNINGS: '1' });
  assert.deepEqual([exitCode, stderr], [0, '']);
});

test('an error that nobody caught is a line of the log, and ends the process with 1', async () => {
  const { exitCode, stderr } = await run(['accident', '--uncaught', '--log-format=json']);
  assert.equal(exitCode, 1);
  const [, , { level, error, error_stack: stack, msg } = {}, ...others] = parse(stderr);
  assert.deepEqual([level, error, msg, others], ['error', 'nobody expected this', 'the command failed', []]);
  assert.match(String(stack), /^TypeError: nobody expected this\n {4}at /);
});

test('an error that nobody caught is a message with its stack otherwise', async () => {
  const { exitCode, stderr } = await run(['accident', '--uncaught', '--log-format=console']);
  assert.equal(exitCode, 1);
  assert.match(stderr, /\nbaton-accident: TypeError: nobody expected this\n {4}at /);
});
