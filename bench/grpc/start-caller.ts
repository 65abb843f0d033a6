// Starts callers in separate processes, so that they take no time from the benchmark or each other.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { endWithBenchmark } from '../process/end-with-benchmark.ts';
import type { Operation } from './caller.ts';
import type { Job, JobAnswer, JobResults } from './caller-process.ts';
import type { Target } from './grpc-connection.ts';
import type { Lap } from './lap.ts';

export interface StartedCaller extends AsyncDisposable {
  readonly pid: number;
  prepare(): Promise<void>;
  sample(): Promise<Buffer>;
  lap(operation: Operation, callers: number): Promise<Lap>;
}

export function startCaller(target: Target): StartedCaller {
  const child = endWithBenchmark(
    fork(fileURLToPath(new URL('caller-process.ts', import.meta.url)), [JSON.stringify(target)]),
  );
  const exited = once(child, 'exit');
  const ended = exited.then(([code]) => Promise.reject(new Error(`the caller process exited with ${code}`)));
  ended.catch(() => {});
  const ask = async <Kind extends Job['kind']>(job: Job & { kind: Kind }): Promise<JobResults[Kind]> => {
    child.send(job);
    const [answer] = (await Promise.race([once(child, 'message'), ended])) as [JobAnswer];
    if ('error' in answer) {
      throw new Error(answer.error);
    }
    return answer.result as JobResults[Kind];
  };
  return {
    pid: child.pid ?? 0,
    prepare: () => ask({ kind: 'prepare' }),
    sample: async () => Buffer.from(await ask({ kind: 'sample' }), 'base64'),
    lap: (operation, callers) => ask({ kind: 'lap', operation, callers }),
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await exited;
    },
  };
}
