// Runs a program to its end and measures it from outside.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { endWithBenchmark } from './end-with-benchmark.ts';
import { ProcessTreeSampler, type TreeUsage } from './process-tree.ts';

export interface MeasuredCommand {
  /** The program and its arguments. */
  readonly words: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Its working directory, which also gets its output as `stdout` and `stderr`. */
  readonly folder: string;
}

export interface MeasuredRun extends TreeUsage {
  /** From process start until its end is noticed. */
  readonly wallMs: number;
  readonly stdout: string;
}

/** A program that exited with a code other than 0, or was killed by a signal. */
export class FailedRun extends Error {
  /** The last line that it wrote to stderr. */
  readonly lastWords: string;

  constructor(program: string, how: number | NodeJS.Signals, stdout: string, stderr: string) {
    super(`${program} exited with ${how}:\n${`${stdout}${stderr}`.slice(-2000)}`);
    this.name = 'FailedRun';
    this.lastWords = stderr.trimEnd().split('\n').at(-1) ?? '';
  }
}

/** @throws FailedRun */
export async function runMeasured({ words, env, folder }: MeasuredCommand): Promise<MeasuredRun> {
  const [program = '', ...argv] = words;
  const startedAtMs = performance.now();
  const child = endWithBenchmark(spawn(program, argv, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] }));
  const exited = once(child, 'exit').then(([code, signal]) => ({
    code,
    signal,
    wallMs: performance.now() - startedAtMs,
  }));
  const outputs = (['stdout', 'stderr'] as const).map((name) =>
    finished(child[name].pipe(createWriteStream(`${folder}/${name}`))),
  );
  // A program that cannot be started has no pid; `exited` reports it.
  const sampler = new ProcessTreeSampler(child.pid ?? process.pid);
  try {
    const { code, signal, wallMs } = await exited;
    const usage = sampler.stop();
    await Promise.all(outputs);
    const [stdout = '', stderr = ''] = await Promise.all(
      ['stdout', 'stderr'].map((name) => readFile(`${folder}/${name}`, 'utf8')),
    );
    if (code !== 0) {
      throw new FailedRun(program, code ?? signal, stdout, stderr);
    }
    return { ...usage, wallMs, stdout };
  } finally {
    sampler.stop();
    child.kill('SIGKILL');
  }
}
