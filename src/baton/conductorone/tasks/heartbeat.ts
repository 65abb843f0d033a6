// Tells ConductorOne that a task is worked on, and hears when nobody wants its result any more.
import { type Duration, durationMs } from '@bufbuild/protobuf/wkt';
import type { Logger } from 'pino';
import { Code, ServiceError } from '../../author/service-error.ts';
import { pause } from '../../net/abort.ts';
import { constant, noJitter, retry } from '../../net/retry.ts';
import type { BatonClient } from '../link/baton-client.ts';
import type { ServiceTiming } from './service-timing.ts';

/** So many failures in a row mean that ConductorOne has given the task up (pkg/tasks/c1api of baton-sdk v0.25.0). */
const failuresMax = 9;

/** The reasons of the errors that end a task by way of its heartbeat. */
export const taskCancelled = 'task_cancelled';
export const heartbeatFailed = 'heartbeat_failed';

export interface HeartbeatOptions {
  readonly client: Pick<BatonClient, 'heartbeat'>;
  readonly taskId: string;
  readonly timing: ServiceTiming;
  readonly logger: Logger;
  /** Ends the work on the task, from outside. */
  readonly signal: AbortSignal;
}

/**
 * Does `work` with heartbeats. Its signal aborts when ConductorOne cancels the task or hears no heartbeat for long.
 * @returns Whether the first heartbeat was taken. If not, nothing was done: another one has the task, or nobody wants it.
 */
export async function whileHeartbeating(
  options: HeartbeatOptions,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  const { client, taskId, logger, signal, timing } = options;
  let delayMs: number;
  try {
    const first = await client.heartbeat(taskId, signal);
    if (first.cancelled) {
      logger.info('the task was cancelled before it began');
      return false;
    }
    delayMs = clampHeartbeat(first.nextHeartbeat, timing);
  } catch (error) {
    signal.throwIfAborted();
    logger.warn({ error }, 'the first heartbeat of the task failed: it is left to whoever gets it next');
    return false;
  }
  const ended = new AbortController();
  const lost = new AbortController();
  const beating = beat({ ...options, signal: AbortSignal.any([signal, ended.signal]) }, delayMs, lost);
  const workSignal = AbortSignal.any([signal, lost.signal]);
  try {
    await work(workSignal);
  } catch (error) {
    // Why it had to end says more than how it broke off.
    workSignal.throwIfAborted();
    throw error;
  } finally {
    ended.abort();
    await beating;
  }
  return true;
}

async function beat(
  { client, taskId, timing, logger, signal }: HeartbeatOptions,
  firstDelayMs: number,
  lost: AbortController,
): Promise<void> {
  let delayMs = firstDelayMs;
  try {
    for (;;) {
      await pause(delayMs, signal);
      const { cancelled, nextHeartbeat } = await retry(() => client.heartbeat(taskId, signal), {
        policy: {
          attemptsMax: failuresMax,
          delayMinMs: delayMs,
          delayMaxMs: delayMs,
          growth: constant,
          jitter: noJitter,
        },
        signal,
        onRetry: ({ error, attempt }) => logger.warn({ error, failures: attempt }, 'a heartbeat failed'),
      });
      if (cancelled) {
        logger.info('the task was cancelled');
        lost.abort(new ServiceError(Code.Canceled, 'ConductorOne cancelled the task', { reason: taskCancelled }));
        return;
      }
      delayMs = clampHeartbeat(nextHeartbeat, timing);
    }
  } catch (error) {
    if (signal.aborted) return;
    const message = `ConductorOne accepted no heartbeat of the task ${failuresMax} times in a row`;
    lost.abort(new ServiceError(Code.Unavailable, message, { reason: heartbeatFailed, cause: error }));
  }
}

/** 0 leaves it to us. */
function clampHeartbeat(asked: Duration | undefined, timing: ServiceTiming): number {
  const askedMs = asked ? durationMs(asked) : 0;
  if (askedMs === 0) return timing.heartbeatDefaultMs;
  return Math.min(timing.heartbeatMaxMs, Math.max(timing.heartbeatMinMs, askedMs));
}
