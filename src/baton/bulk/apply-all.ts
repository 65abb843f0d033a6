// Applies the changes that are pending, and keeps and reports their results.
import { ConnectError } from '@connectrpc/connect';
import { StopRequest } from '../author/host.ts';
import type { JobResult } from '../on-demand/on-demand-job.ts';
import { type Bulk, type ChangeFailure, createApply, describeFailure } from './bulk.ts';
import type { Change } from './change.ts';
import { createLogProgress, createTerminalProgress } from './changes-display.ts';
import { failed, type ResultWriter } from './result-file.ts';
import { graceMs, runChanges } from './run-changes.ts';

/** How many failures are printed: the results have all. */
const failuresShown = 20;

/** @throws ServiceError `result_not_written` */
export async function applyAll(bulk: Bulk, results: ResultWriter): Promise<JobResult> {
  const { context, changes, pending, concurrency } = bulk;
  const { host, live, logger } = context;
  const startedAtMs = performance.now();
  const display = live ? createTerminalProgress(live, pending.length) : createLogProgress(logger);
  const outcomes = new Map<string, number>();
  const failures: (ChangeFailure & { readonly change: Change })[] = [];
  let done = 0;
  const why = await runChanges(pending, {
    concurrency,
    stop: host.signal,
    graceMs,
    apply: createApply(bulk),
    onEnd: async (change, end) => {
      const { line, fingerprint, kind, person } = change;
      const common = { row: fingerprint, line, change: kind.word, person };
      if ('error' in end) {
        const failure = describeFailure(end.error);
        const { code, reason, message } = failure;
        await results.write({ ...common, outcome: failed, details: { code, reason, message } });
        failures.push({ ...failure, change });
        const isUnexpected = !(end.error instanceof ConnectError);
        logger.warn(
          { line, change: kind.word, code, reason, ...(isUnexpected && { error: end.error }) },
          'a change failed',
        );
      } else {
        const { outcome, account, details } = end.result;
        await results.write({ ...common, outcome, account, details });
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        done += 1;
      }
      display.update({ total: pending.length, done, failed: failures.length });
    },
  }).finally(() => display.end());

  const stop = host.signal.reason;
  const stopped = why ?? (stop instanceof Error ? stop.message : undefined);
  const skipped = changes.length - pending.length;
  const remaining = pending.length - done - failures.length;
  const isComplete = failures.length + remaining === 0;
  const durationMs = Math.round(performance.now() - startedAtMs);
  logger.info(
    { rows: changes.length, done, skipped, failed: failures.length, remaining, duration_ms: durationMs },
    'applied changes',
  );
  return {
    record: {
      outcome: isComplete ? 'done' : 'incomplete',
      rows: changes.length,
      done,
      outcomes: Object.fromEntries(outcomes),
      skipped,
      failed: failures.length,
      remaining,
      ...(stopped !== undefined && remaining > 0 && { stopped }),
      results: results.path,
      duration_ms: durationMs,
    },
    lines: [
      ...(stopped !== undefined && remaining > 0 ? [`Stopped: ${stopped}.`] : []),
      `${done} of ${changes.length} changes done${describeOutcomes(outcomes)}, ${failures.length} failed, ${remaining} not done${skipped > 0 ? `, ${skipped} done before` : ''}.`,
      ...failures
        .slice(0, failuresShown)
        .map(({ change, message }) => `  line ${change.line}: ${change.kind.word} ${change.person}: ${message}`),
      ...(failures.length > failuresShown ? [`  and ${failures.length - failuresShown} more`] : []),
      `Results: ${results.path}`,
      ...(isComplete ? [] : ['Run the same command again to repeat what failed and to do the rest.']),
    ],
    exitCode: isComplete ? 0 : stop instanceof StopRequest ? stop.exitCode : 1,
  };
}

function describeOutcomes(outcomes: ReadonlyMap<string, number>): string {
  const parts = Array.from(outcomes, ([outcome, count]) => `${count} ${outcome}`);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}
