import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completionCommand } from '../../../src/baton/commands/completion.ts';
import { configCommand } from '../../../src/baton/commands/config.ts';
import { runAndCollect } from '../command-line/run-and-collect.ts';

async function run(argv: readonly string[]) {
  return await runAndCollect(
    {
      name: 'baton-library',
      version: '1.2.3',
      fields: [],
      connector: () => assert.fail('completion needs no connector'),
    },
    { default: configCommand, named: [completionCommand, configCommand] },
    { argv: ['completion', ...argv] },
  );
}

for (const [shell, beginning] of [
  ['bash', '# Completions of baton-library for bash'],
  ['zsh', '#compdef baton-library\n'],
  ['fish', '# Completions of baton-library for fish'],
] as const) {
  test(`completion ${shell} prints its script, with the commands that there are`, async () => {
    const { exitCode, stdout, stderr } = await run([shell]);
    assert.deepEqual([exitCode, stderr], [0, '']);
    assert.ok(stdout.startsWith(beginning), stdout.slice(0, 80));
    assert.match(stdout, /\bcompletion\b.*\bconfig\b.*\bhelp\b/s);
  });
}

for (const argv of [[], ['powershell'], ['bash', 'zsh'], ['constructor']]) {
  test(`completion ${argv.join(' ')} is a fault of usage`, async () => {
    const { exitCode, stdout, stderr } = await run(argv);
    assert.deepEqual([exitCode, stdout], [2, '']);
    assert.match(stderr, /^baton-library: completion: expects one shell: bash, fish, zsh\n/);
  });
}
