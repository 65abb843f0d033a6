// What readers need to know about where and when the figures were measured.
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
  /** Processes that were running or runnable, averaged over the minute before. */
  readonly load: number;
}

/** The state before anything is measured. */
export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    processors: availableParallelism(),
    memoryBytes: totalmem(),
    // The part after the dash names the machine's vendor.
    system: `${type()} ${release().split('-')[0]}`,
    node: process.version,
    commit: describeCommit(),
    startedAt: new Date(),
    load: loadavg()[0] ?? 0,
  };
}

/** Whether something else was running before the benchmark: that would slow everything down. */
export function wasBusy({ load, processors }: Machine): boolean {
  return load > processors / 4;
}

function describeCommit(): string {
  const git = (...words: string[]) =>
    execFileSync('git', words, { cwd: fileURLToPath(new URL('../', import.meta.url)), encoding: 'utf8' }).trim();
  try {
    const changed = git('status', '--porcelain', '--', 'src', 'gen', 'package.json') !== '';
    return `${git('rev-parse', '--short=12', 'HEAD')}${changed ? ' with uncommitted changes' : ''}`;
  } catch {
    return 'unknown';
  }
}
