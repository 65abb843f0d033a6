// A dry run of a file of changes: what each row would write. It writes neither to the application nor to the results.
import type { JsonObject } from '@bufbuild/protobuf';
import type { JobResult } from '../on-demand/on-demand-job.ts';
import type { WriteRecorder } from '../on-demand/write-recorder.ts';
import { type Bulk, createApply, describeFailure } from './bulk.ts';
import type { Change } from './change.ts';
import { failed } from './result-file.ts';
import { runChanges } from './run-changes.ts';

/** What a row would do. */
interface Trial {
  readonly change: Change;
  readonly record: JsonObject & { readonly outcome: string };
  readonly lines: readonly string[];
}

export async function tryAll(bulk: Bulk, recorder: WriteRecorder): Promise<JobResult> {
  const { context, changes, pending, concurrency } = bulk;
  const apply = createApply(bulk);
  const trials: Trial[] = [];
  /** Lines that would create an account, by its names. */
  const created = new Map<string, number>();
  const why = await runChanges(pending, {
    concurrency,
    stop: context.host.signal,
    graceMs: 0,
    apply: (change, signal) => recorder.observe(() => apply(change, signal)),
    onEnd: async (change, end) => {
      const trial = 'error' in end ? describeError(change, end.error, created) : describeTrial(end.result);
      if ('result' in end && end.result.kind === 'would-write' && change.kind.work.kind === 'create') {
        for (const name of change.names) created.set(name, change.line);
      }
      trials.push({ change, ...trial });
    },
  });
  context.host.signal.throwIfAborted();
  trials.sort((a, b) => a.change.line - b.change.line);
  const count = (outcome: string) => trials.filter(({ record }) => record.outcome === outcome).length;
  const remaining = pending.length - trials.length;
  const skipped = changes.length - pending.length;
  return {
    record: {
      outcome: 'dry-run',
      rows: changes.length,
      would_write: count('would-write'),
      nothing_to_write: count('nothing-to-write'),
      failed: count(failed),
      skipped,
      remaining,
      ...(why !== undefined && { stopped: why }),
      changes: trials.map(({ change: { line, kind, person }, record }) => ({
        line,
        change: kind.word,
        person,
        ...record,
      })),
    },
    lines: [
      ...trials.flatMap(({ change: { line, kind, person }, lines: [first = '', ...more] }) => [
        `line ${line}: ${kind.word} ${person}: ${first}`,
        ...more,
      ]),
      ...(why === undefined ? [] : [`Stopped: ${why}.`]),
      `Dry run: nothing was written. Of ${changes.length} changes, ${count('would-write')} would write, ${count('nothing-to-write')} need nothing, ${count(failed)} would fail, ${remaining} were not tried${skipped > 0 ? `, ${skipped} were done before` : ''}.`,
    ],
    exitCode: count(failed) + remaining > 0 ? 1 : 0,
  };
}

function describeTrial(outcome: Awaited<ReturnType<WriteRecorder['observe']>>): Omit<Trial, 'change'> {
  if (outcome.kind === 'nothing-to-write') return { record: { outcome: outcome.kind }, lines: ['nothing to write'] };
  return {
    record: { outcome: outcome.kind, writes: outcome.writes.map(({ request, body }) => ({ request, body })) },
    lines: ['would send', ...outcome.writes.map(({ request, body }) => `  ${request} ${JSON.stringify(body)}`)],
  };
}

/** An account that an earlier row would create is not there yet. */
function describeError(change: Change, error: unknown, created: ReadonlyMap<string, number>): Omit<Trial, 'change'> {
  const { code, reason, message } = describeFailure(error);
  const line = change.names.map((name) => created.get(name)).find((each) => each !== undefined);
  if (line !== undefined && reason === 'account_not_found') {
    return {
      record: { outcome: 'would-write', after_line: line, writes: [] },
      lines: [`would change the account of line ${line}`],
    };
  }
  return { record: { outcome: failed, code, reason, message }, lines: [`would fail: ${message}`] };
}
