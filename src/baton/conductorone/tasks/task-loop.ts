// Polls for tasks for as long as the program runs, and runs several concurrently.
import type { Logger } from 'pino';
import type { Task } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import { ServiceError } from '../../author/service-error.ts';
import { pause } from '../../net/abort.ts';
import { onlyIf, quadratic, retry } from '../../net/retry.ts';
import { credentialsRefused } from '../credentials/token-endpoint.ts';
import type { ServiceTiming } from './service-timing.ts';
import type { TaskSource } from './task-source.ts';

interface TaskLoopOptions {
  readonly source: TaskSource;
  /** Runs a task and reports its end. Never rejects. */
  work(task: Task): Promise<void>;
  readonly concurrency: number;
  readonly timing: ServiceTiming;
  readonly logger: Logger;
  /** Ends the loop. It does not end running tasks. */
  readonly signal: AbortSignal;
}

/**
 * Resolves when the signal has aborted and all tasks have ended. Retries while ConductorOne cannot be reached.
 * @throws ServiceError UNAUTHENTICATED when ConductorOne refuses the credentials.
 */
export async function runTaskLoop(options: TaskLoopOptions): Promise<void> {
  const { source, concurrency, timing, logger, signal } = options;
  const running = new Set<Promise<void>>();
  let delayMs = 0;
  try {
    for (;;) {
      await pause(delayMs, signal);
      // No task is fetched that would have to wait: another replica may have room for it.
      while (running.size >= concurrency) await Promise.race(running);
      signal.throwIfAborted();
      const next = await retry(() => source.next(signal), {
        policy: {
          attemptsMax: Number.POSITIVE_INFINITY,
          delayMinMs: timing.pollErrorDelayMs,
          delayMaxMs: timing.pollErrorDelayMaxMs,
          growth: quadratic,
        },
        signal,
        delayAfter: onlyIf((error) => !(error instanceof ServiceError && error.reason === credentialsRefused)),
        onRetry: ({ error, attempt, delayMs }) =>
          logger.warn({ error, failures: attempt, delay_ms: delayMs }, 'cannot get tasks; retrying'),
      });
      delayMs = next.delayMs;
      if (next.task) start(next.task, running, options);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await Promise.all(running);
  }
}

function start(task: Task, running: Set<Promise<void>>, { work, source }: TaskLoopOptions): void {
  const ended = work(task).finally(() => {
    source.done(task);
    running.delete(ended);
  });
  running.add(ended);
}
