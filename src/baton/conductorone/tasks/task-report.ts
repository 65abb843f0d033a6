// The report of a task's end, as ConductorOne gets it.
import type { Logger } from 'pino';
import { describeError } from '../../log/describe-error.ts';
import { toCallFailure, toStatus } from '../../server/call-failure.ts';
import type { BatonClient } from '../link/baton-client.ts';
import type { TaskOutcome } from './task-outcome.ts';

export type TaskReport = Parameters<BatonClient['finishTask']>[0] & { readonly taskId: string };

/** BatonService rejects more annotations. */
const annotationsMax = 16;

/**
 * The report of an outcome, which is also logged. Undefined if it is not reported.
 * @param taskSignal - The signal that the task ran with.
 */
export function toReport(
  taskId: string,
  outcome: TaskOutcome,
  logger: Logger,
  taskSignal: AbortSignal,
): TaskReport | undefined {
  if (outcome.kind === 'unreported') {
    if (outcome.error !== undefined) logger.error({ error: outcome.error }, 'the task failed; not reported');
    return undefined;
  }
  const annotations = outcome.annotations.slice(0, annotationsMax);
  if (outcome.kind === 'succeeded') {
    logger.info('task succeeded');
    const { response } = outcome;
    return { taskId, finalState: { case: 'success', value: { annotations, ...(response && { response }) } } };
  }
  const { error, retryable } = outcome;
  const { answer, unexpected } = toCallFailure(error, taskSignal);
  // The text of an unexpected error appears nowhere else.
  logger.error({ error: unexpected ? error : describeError(answer), retryable }, 'task failed');
  return {
    taskId,
    status: toStatus(answer),
    finalState: { case: 'error', value: { nonRetryable: !retryable, annotations } },
  };
}
