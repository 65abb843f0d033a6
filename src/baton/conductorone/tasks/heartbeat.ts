// Heartbeats: they tell ConductorOne that a task is running; their responses can cancel it.
import { type Duration, durationMs } from '@bufbuild/protobuf/wkt';
import type { Logger } from 'pino';
import { Code, ServiceError } from '../../author/service-error.ts';
import { pause } from '../../net/abort.ts';
import { constant, noJitter, retry } from '../../net/retry.ts';
import type { BatonClient } from '../link/baton-client.ts';
import type { ServiceTiming } from './service-timing.ts';

/** After this many failures in a row, ConductorOne has given up the task (pkg/tasks/c1api of baton-sdk v0.25.0). */
const failuresMax = 9;

interface HeartbeatOptions {
  readonly client: Pick<BatonClient, 'heartbeat'>;
  readonly taskId: string;
  readonly timing: ServiceTiming;
  readonly logger: Logger;
  /** Ends the task. */
  readonly signal: AbortSignal;
}

/**
 * Runs `work` with heartbeats. Its signal aborts when ConductorOne cancels the task or too many heartbeats fail.
 * @returns Whether the first heartbeat succeeded. If not, `work` did not run: the task is cancelled or somebody else's.
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
      logger.info('the task was cancelled before it started');
      return false;
    }
    delayMs = clampHeartbeat(first.nextHeartbeat, timing);
  } catch (error) {
    signal.throwIfAborted();
    logger.warn({ error }, 'the first heartbeat of the task failed; leaving the task to ConductorOne');
    return false;
  }
  const ended = new AbortController();
  const lost = new AbortController();
  const beating = beat({ ...options, signal: AbortSignal.any([signal, ended.signal]) }, delayMs, lost);
  const workSignal = AbortSignal.any([signal, lost.signal]);
  try {
    await work(workSignal);
  } catch (error) {
    // The reason of the abort says more than the error that it caused.
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
        onRetry: ({ error, attempt }) => logger.warn({ error, failures: attempt }, 'heartbeat failed'),
      });
      if (cancelled) {
        logger.info('the task was cancelled');
        lost.abort(new ServiceError(Code.Canceled, 'ConductorOne cancelled the task', { reason: 'task_cancelled' }));
        return;
      }
      delayMs = clampHeartbeat(nextHeartbeat, timing);
    }
  } catch (error) {
    if (signal.aborted) return;
    const message = `ConductorOne accepted no heartbeat of the task ${failuresMax} times in a row`;
    lost.abort(new ServiceError(Code.Unavailable, message, { reason: 'heartbeat_failed', cause: error }));
  }
}

/** The interval that the server requests, within limits. 0 means the default. */
function clampHeartbeat(requested: Duration | undefined, timing: ServiceTiming): number {
  const requestedMs = requested ? durationMs(requested) : 0;
  if (requestedMs === 0) return timing.heartbeatDefaultMs;
  return Math.min(timing.heartbeatMaxMs, Math.max(timing.heartbeatMinMs, requestedMs));
}
