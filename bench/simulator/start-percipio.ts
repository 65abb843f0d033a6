// Starts the simulated Percipio in a process of its own.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Account } from '../connectors.ts';
import { endWithBenchmark } from '../process/end-with-benchmark.ts';
import type { Size } from '../sizes.ts';
import type { PercipioArguments } from './percipio-process.ts';

export interface StartedPercipio extends Account, AsyncDisposable {
  readonly pid: number;
}

export async function startPercipio({ users, items, rows }: Size, reportFile: string): Promise<StartedPercipio> {
  const argument: PercipioArguments = [users, items, rows, reportFile];
  const child = endWithBenchmark(
    fork(fileURLToPath(new URL('percipio-process.ts', import.meta.url)), [JSON.stringify(argument)]),
  );
  const exited = once(child, 'exit');
  const account = await Promise.race([
    once(child, 'message').then(([message]) => message as Account),
    exited.then(([code]) => Promise.reject(new Error(`the simulator exited with ${code}`))),
  ]);
  return {
    ...account,
    pid: child.pid ?? 0,
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await exited;
    },
  };
}
