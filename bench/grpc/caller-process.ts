// A process of callers: runs jobs that arrive as messages, one at a time.
import { Caller, type Operation } from './caller.ts';
import type { Target } from './grpc-connection.ts';
import type { Lap } from './lap.ts';

/** In order of use. */
export type Job =
  | { readonly kind: 'prepare' }
  | { readonly kind: 'sample' }
  | { readonly kind: 'lap'; readonly operation: Operation; readonly callers: number };

export interface JobResults {
  readonly prepare: undefined;
  /** A response, in base64. */
  readonly sample: string;
  readonly lap: Lap;
}

export type JobAnswer = { readonly result: JobResults[keyof JobResults] } | { readonly error: string };

using caller = new Caller(JSON.parse(process.argv[2] ?? '') as Target);

async function work(job: Job): Promise<JobResults[keyof JobResults]> {
  switch (job.kind) {
    case 'prepare':
      await caller.prepare();
      return undefined;
    case 'sample':
      return (await caller.sample()).toString('base64');
    case 'lap':
      return await caller.lap(job.operation, job.callers);
  }
}

process.on('message', async (job: Job) => {
  const answer = await work(job).then(
    (result): JobAnswer => ({ result }),
    (error: Error): JobAnswer => ({ error: error.stack ?? error.message }),
  );
  process.send?.(answer);
});
const gone = Promise.withResolvers<void>();
process.once('disconnect', () => gone.resolve());
await gone.promise;
