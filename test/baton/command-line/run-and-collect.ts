// Runs a command line in this process, and collects what it prints.
import type { Host, Output } from '../../../src/baton/author/host.ts';
import type { Program } from '../../../src/baton/author/program.ts';
import type { CommandSet } from '../../../src/baton/command-line/command.ts';
import { runCommandLine } from '../../../src/baton/command-line/run-command-line.ts';

export interface Collected {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type CollectOptions = Partial<Omit<Host, 'stdout' | 'stderr'>> & Pick<Output, 'isTTY' | 'columns'>;

/** @param options - Default: no variables, in a folder that does not exist, and not at a terminal. */
export async function runAndCollect(
  program: Program,
  commands: CommandSet,
  { isTTY, columns, ...host }: CollectOptions,
): Promise<Collected> {
  const text = { stdout: '', stderr: '' };
  const output = (name: keyof typeof text): Output => ({
    isTTY,
    columns,
    write: (part, written) => {
      text[name] += part;
      written?.();
    },
  });
  const exitCode = await runCommandLine(program, commands, {
    argv: [],
    env: {},
    cwd: '/nonexistent',
    signal: new AbortController().signal,
    ...host,
    stdout: output('stdout'),
    stderr: output('stderr'),
  });
  return { exitCode, ...text };
}
