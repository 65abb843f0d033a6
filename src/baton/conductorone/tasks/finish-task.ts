// Reports the end of a task to ConductorOne.
import { create } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError } from '@connectrpc/connect';
import type { Logger } from 'pino';
import { type Status, StatusSchema } from '#gen/google/rpc/status_pb.js';
import { describeError } from '../../log/describe-error.ts';
import { onlyIf, retry } from '../../net/retry.ts';
import { toCallFailure } from '../../server/call-failure.ts';
import type { BatonClient } from '../link/baton-client.ts';
import type { ServiceTiming } from './service-timing.ts';
import type { TaskOutcome } from './task-outcome.ts';

export interface FinishOptions {
  readonly client: Pick<BatonClient, 'finishTask'>;
  readonly taskId: string;
  readonly timing: ServiceTiming;
  readonly logger: Logger;
  /** The signal that the task was worked on with. */
  readonly taskSignal: AbortSignal;
  /** Aborts when nothing can be reported any more. */
  readonly closing: AbortSignal;
}

/** More annotations than this are refused. */
const annotationsMax = 16;

/** What a retry may help against. */
const transientCodes = new Set([
  Code.Unavailable,
  Code.DeadlineExceeded,
  Code.ResourceExhausted,
  // What a connection that breaks in the middle of a call looks like.
  Code.Aborted,
  Code.Canceled,
]);

/** Reports an outcome, again when the line breaks. When it cannot be reported, the task is handed out again. */
export async function finishTask(options: FinishOptions, outcome: TaskOutcome): Promise<void> {
  const { taskId, client, timing, logger } = options;
  if (outcome.kind === 'unreported') {
    if (outcome.error !== undefined) logger.error({ error: outcome.error }, 'the task failed, and is not reported');
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
    logger.info('the task is done');
    const { response } = outcome;
    return { finalState: { case: 'success', value: { annotations, ...(response && { response }) } } };
  }
  const { error, retryable } = outcome;
  const { answer, unexpected } = toCallFailure(error, taskSignal);
  // Nobody else sees what an unexpected error says.
  logger.error({ error: unexpected ? error : describeError(answer), retryable }, 'the task failed');
  return {
    status: toStatus(answer),
    finalState: { case: 'error', value: { nonRetryable: !retryable, annotations } },
  };
}

/** Code, text and details, so that what a connector says in a typed way arrives. */
function toStatus(error: ConnectError): Status {
  return create(StatusSchema, {
    code: error.code,
    message: error.rawMessage.toWellFormed(),
    details: error.details.map((detail) => packDetail(detail)),
  });
}

function packDetail(detail: ConnectError['details'][number]): Any | { typeUrl: string; value: Uint8Array } {
  return 'desc' in detail
    ? anyPack(detail.desc, create(detail.desc, detail.value))
    : { typeUrl: `type.googleapis.com/${detail.type}`, value: detail.value };
}
