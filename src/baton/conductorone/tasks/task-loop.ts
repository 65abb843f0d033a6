// Polls for tasks for as long as the program runs, and runs several concurrently.
import type { Logger } from 'pino';
import type { Task } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import { describeError } from '../../log/describe-error.ts';
import { pause } from '../../net/abort.ts';
import { onlyIf, quadratic, retry } from '../../net/retry.ts';
import type { Waits } from '../../net/waits.ts';
import { isRefused } from '../credentials/token-endpoint.ts';
import type { ServiceTiming } from './service-timing.ts';
import type { TaskSource } from './task-source.ts';

interface TaskLoopOptions {
  readonly source: TaskSource;
  /** Runs a task and reports its end. Never rejects. */
  work(task: Task): Promise<void>;
  readonly concurrency: number;
  readonly timing: ServiceTiming;
  readonly logger: Logger;
  readonly waits?: Waits | undefined;
  /** Ends the loop. It does not end running tasks. */
  readonly signal: AbortSignal;
}

/** How many ids of earlier tasks are remembered. */
const earlierMax = 1000;

/**
 * Polls as ConductorOne requests, and at once after a task arrived or ended, since tasks often come in groups (the Go
 * runner waits in these cases, too). Only a task that was handed out before does not speed up the next poll.
 *
 * Resolves when the signal has aborted and all tasks have ended. Retries while ConductorOne cannot be reached.
 * @throws ServiceError UNAUTHENTICATED when ConductorOne refuses the credentials.
 */
export async function runTaskLoop(options: TaskLoopOptions): Promise<void> {
  const { source, concurrency, timing, logger, waits, signal } = options;
  const running = new Map<string, Promise<void>>();
  const earlier = new Set<string>();
  let hurry = new AbortController();
  const start = (task: Task, isNew: boolean) => {
    const work = options.work(task).finally(() => {
      source.done(task);
      running.delete(task.id);
      if (isNew) hurry.abort();
    });
    running.set(task.id, work);
  };
  let delayMs = 0;
  try {
    for (;;) {
      await pause(delayMs, AbortSignal.any([signal, hurry.signal])).catch(() => signal.throwIfAborted());
      // No task is fetched that would have to wait: another replica may have room for it.
      while (running.size >= concurrency) await Promise.race(running.values());
      signal.throwIfAborted();
      const isHurried = delayMs === 0 || hurry.signal.aborted;
      hurry = new AbortController();
      const { task, nextPollMs } = await retry(() => source.next(signal, isHurried), {
        policy: {
          attemptsMax: Number.POSITIVE_INFINITY,
          delayMinMs: timing.pollErrorDelayMs,
          delayMaxMs: timing.pollErrorDelayMaxMs,
          growth: quadratic,
        },
        signal,
        waits,
        describeWait: ({ error }) => `cannot get tasks from ConductorOne: ${describeError(error)}`,
        delayAfter: onlyIf((error) => !isRefused(error)),
        onRetry: ({ error, attempt, delayMs }) =>
          logger.warn({ error, failures: attempt, delay_ms: delayMs }, 'cannot get tasks; retrying'),
      });
      const isNew = task !== undefined && !earlier.has(task.id);
      delayMs = isNew ? 0 : nextPollMs;
      if (!task) continue;
      remember(earlier, task.id);
      // Handed out again because it takes so long: whoever runs it reports it.
      if (running.has(task.id)) logger.info({ task_id: task.id }, 'the task is still running; ignored');
      else start(task, isNew);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await Promise.all(running.values());
  }
}

/** Adds an id, and forgets the oldest one if there are too many. */
function remember(ids: Set<string>, id: string): void {
  ids.delete(id);
  ids.add(id);
  const [oldest] = ids;
  if (ids.size > earlierMax && oldest !== undefined) ids.delete(oldest);
}
