// Runs `inspect` in this process, and collects what it prints.
import assert from 'node:assert/strict';
import { inspectCommand } from '../../../src/baton/commands/inspect.ts';
import { runCommand } from '../../../src/baton/commands/run.ts';
import { runAndCollect } from '../command-line/run-and-collect.ts';

export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly env?: NodeJS.ProcessEnv;
}

export async function runInspect(argv: readonly string[], terminal: Terminal = {}) {
  return await runAndCollect(
    {
      name: 'baton-library',
      version: '1.0.0',
      fields: [],
      connector: () => assert.fail('a file needs no connector'),
    },
    { default: runCommand, named: [inspectCommand] },
    { argv: ['inspect', ...argv], cwd: process.cwd(), ...terminal },
  );
}
