// Reports the end of a task to ConductorOne.
import { Code, ConnectError } from '@connectrpc/connect';
import type { Logger } from 'pino';
import { describeError } from '../../log/describe-error.ts';
import { onlyIf, retry } from '../../net/retry.ts';
import { toCallFailure, toStatus } from '../../server/call-failure.ts';
import type { BatonClient } from '../link/baton-client.ts';
import type { ServiceTiming } from './service-timing.ts';
import type { TaskOutcome } from './task-outcome.ts';

interface FinishOptions {
  readonly client: Pick<BatonClient, 'finishTask'>;
  readonly taskId: string;
  readonly timing: ServiceTiming;
  readonly logger: Logger;
  /** The signal that the task ran with. */
  readonly taskSignal: AbortSignal;
  /** Aborts when it is too late to report. */
  readonly closing: AbortSignal;
}

/** BatonService rejects more annotations. */
const annotationsMax = 16;

/** Errors that a retry may overcome. */
const transientCodes = new Set([
  Code.Unavailable,
  Code.DeadlineExceeded,
  Code.ResourceExhausted,
  // These come from a connection that breaks during a call.
  Code.Aborted,
  Code.Canceled,
]);

/** Reports an outcome, with retries. If it cannot be reported, ConductorOne hands out the task again. */
export async function finishTask(options: FinishOptions, outcome: TaskOutcome): Promise<void> {
  const { taskId, client, timing, logger } = options;
  if (outcome.kind === 'unreported') {
    if (outcome.error !== undefined) logger.error({ error: outcome.error }, 'the task failed; not reported');
    return;
  }
  const request = { taskId, ...toFinalState(outcome, options) };
  const signal = AbortSignal.any([options.closing, AbortSignal.timeout(timing.finishTimeoutMs)]);
  try {
    await retry(() => client.finishTask(request, signal), {
      policy: {
        attemptsMax: Number.POSITIVE_INFINITY,
        delayMinMs: timing.retryDelayMs,
        delayMaxMs: timing.finishTimeoutMs,
      },
      signal,
      delayAfter: onlyIf((error) => error instanceof ConnectError && transientCodes.has(error.code)),
      onRetry: ({ error, attempt, delayMs }) =>
        logger.warn({ error, attempt, delay_ms: delayMs }, 'could not report task completion; retrying'),
    });
  } catch (error) {
    logger.error({ error }, 'could not report task completion');
  }
}

function toFinalState(
  outcome: Exclude<TaskOutcome, { kind: 'unreported' }>,
  { logger, taskSignal }: FinishOptions,
): Omit<Parameters<BatonClient['finishTask']>[0], 'taskId'> {
  const annotations = outcome.annotations.slice(0, annotationsMax);
  if (outcome.kind === 'succeeded') {
    logger.info('task succeeded');
    const { response } = outcome;
    return { finalState: { case: 'success', value: { annotations, ...(response && { response }) } } };
  }
  const { error, retryable } = outcome;
  const { answer, unexpected } = toCallFailure(error, taskSignal);
  // The text of an unexpected error appears nowhere else.
  logger.error({ error: unexpected ? error : describeError(answer), retryable }, 'task failed');
  return {
    status: toStatus(answer),
    finalState: { case: 'error', value: { nonRetryable: !retryable, annotations } },
  };
}
