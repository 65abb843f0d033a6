// What a reader of the figures must know of where and when they were taken.
import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';

export interface Machine {
  readonly cpu: string;
  readonly processors: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
  readonly commit: string;
  readonly startedAt: Date;
  /** Processes that ran or wanted to, on average over the last minute before. */
  readonly load: number;
}

/** As it is before anything is measured. */
export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    processors: availableParallelism(),
    memoryBytes: totalmem(),
    // What stands behind the numbers names the machine's maker.
    system: `${type()} ${release().split('-')[0]}`,
    node: process.version,
    commit: describeCommit(),
    startedAt: new Date(),
    load: loadavg()[0] ?? 0,
  };
}

/** Whether something else was running before: figures would be too low. */
export function wasBusy({ load, processors }: Machine): boolean {
  return load > processors / 4;
}

function describeCommit(): string {
  const git = (...words: string[]) =>
    execFileSync('git', words, { cwd: fileURLToPath(new URL('../', import.meta.url)), encoding: 'utf8' }).trim();
  try {
    const changed = git('status', '--porcelain', '--', 'src', 'gen', 'package.json') !== '';
    return `${git('rev-parse', '--short=12', 'HEAD')}${changed ? ' with changes that are not committed' : ''}`;
  } catch {
    return 'unknown';
  }
}
