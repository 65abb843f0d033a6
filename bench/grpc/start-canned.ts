// Starts the server that responds from memory.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { endWithBenchmark } from '../process/end-with-benchmark.ts';
import type { Target } from './grpc-connection.ts';

export interface StartedCanned extends Target, AsyncDisposable {
  readonly pid: number;
}

/** @param message - Its response to every call. */
export async function startCanned(message: Buffer): Promise<StartedCanned> {
  const child = endWithBenchmark(fork(fileURLToPath(new URL('canned-process.ts', import.meta.url))));
  const exited = once(child, 'exit');
  child.send(message.toString('base64'));
  const target = await Promise.race([
    once(child, 'message').then(([listening]) => listening as Target),
    exited.then(([code]) => Promise.reject(new Error(`the canned server exited with ${code}`))),
  ]);
  return {
    ...target,
    pid: child.pid ?? 0,
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await exited;
    },
  };
}
