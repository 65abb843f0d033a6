// --dry-run: runs the job of a change without its writes, and says what it would write.
import type { JobResult } from './on-demand-job.ts';
import type { WriteRecorder } from './write-recorder.ts';

/** @throws What the job throws before it writes: a dry run fails where the change would. */
export async function runDry(run: () => Promise<JobResult>, recorder: WriteRecorder): Promise<JobResult> {
  const outcome = await recorder.observe(run);
  if (outcome.kind === 'nothing-to-write') {
    return {
      record: { outcome: outcome.kind, result: outcome.result.record },
      lines: ['Dry run: there is nothing to write.'],
    };
  }
  return {
    record: {
      outcome: outcome.kind,
      writes: outcome.writes.map(({ request, body }) => ({ request, body })),
    },
    lines: [
      'Dry run: nothing was written. Without --dry-run the program would send:',
      ...outcome.writes.flatMap(({ request, body }) => [`  ${request}`, `    ${JSON.stringify(body)}`]),
    ],
  };
}
