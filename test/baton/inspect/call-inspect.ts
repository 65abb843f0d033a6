// Runs `inspect` in this process, and collects what it prints.
import assert from 'node:assert/strict';
import { runCommandLine } from '../../../src/baton/command-line/run-command-line.ts';
import { inspectCommand } from '../../../src/baton/commands/inspect.ts';
import { runCommand } from '../../../src/baton/commands/run.ts';

export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly env?: NodeJS.ProcessEnv;
}

export async function runInspect(argv: readonly string[], { env = {}, ...terminal }: Terminal = {}) {
  const text = { stdout: '', stderr: '' };
  const exitCode = await runCommandLine(
    {
      name: 'baton-library',
      version: '1.0.0',
      fields: [],
      connector: () => assert.fail('a file needs no connector'),
    },
    { default: runCommand, named: [inspectCommand] },
    {
      argv: ['inspect', ...argv],
      env,
      cwd: process.cwd(),
      stdout: {
        write: (part) => {
          text.stdout += part;
        },
        ...terminal,
      },
      stderr: {
        write: (part) => {
          text.stderr += part;
        },
      },
      signal: new AbortController().signal,
    },
  );
  return { exitCode, ...text };
}
