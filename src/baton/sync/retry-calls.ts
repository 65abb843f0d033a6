// Retries the calls of a sync while the connector, or the application that it reads, is unavailable.
import { ConnectError } from '@connectrpc/connect';
import type { Logger } from 'pino';
import { codeName } from '../author/code.ts';
import { isTransient, ServiceError } from '../author/service-error.ts';
import { measure } from '../instruments/telemetry.ts';
import { rateLimitDelayMs } from '../messages/rate-limit-delay.ts';
import { linear, noJitter, type RetryPolicy, retry } from '../net/retry.ts';
import type { Waits } from '../net/waits.ts';

/** How the calls of a sync are retried. */
export interface CallRetry {
  /**
   * No retry of a call starts later than this after the call began, in milliseconds, except after a wait that the
   * application has asked for by then. 0: calls are not retried.
   */
  readonly timeoutMs: number;
  /** The delay after the first failure; after the n-th one it is n times as long. Default: 1000. Only tests shorten it. */
  readonly delayMinMs?: number | undefined;
}

interface RetryContext {
  readonly callRetry?: CallRetry | undefined;
  readonly logger: Logger;
  readonly waits?: Waits | undefined;
  readonly signal: AbortSignal;
}

/** No delay is longer (pkg/retry of baton-sdk v0.25.0), unless the application asks for a longer one. */
const delayMaxMs = 60_000;

/** No delay is longer, whatever a rate limit says. */
const limitedDelayMaxMs = 3_600_000;

/**
 * Makes a call until it succeeds, as the Go syncer does (pkg/retry of baton-sdk v0.25.0), but not forever. Only UNAVAILABLE
 * and DEADLINE_EXCEEDED are retried. A connector that retries its requests to the application itself has done so before:
 * each retry here repeats that. The delays keep the number of requests low, and a call that took longer than the timeout,
 * such as one that waited for a report, is not repeated at all. If the application says how long to wait, that is how
 * long it waits, unlike the Go syncer, which asks every minute.
 * @param describe - Names the call for the log.
 * @param isWorthRetrying - Default: any temporary failure.
 * @throws What the last attempt failed with; the signal's reason once it has aborted.
 */
export async function retryCall<Result>(
  { callRetry: { timeoutMs, delayMinMs = 1000 } = { timeoutMs: 0 }, logger, waits, signal }: RetryContext,
  describe: () => string,
  call: () => Promise<Result>,
  isWorthRetrying: (error: unknown) => boolean = isTransient,
): Promise<Result> {
  const startedAtMs = performance.now();
  const leftMs = () => startedAtMs + timeoutMs - performance.now();
  const policy: RetryPolicy = {
    attemptsMax: timeoutMs > 0 ? Number.POSITIVE_INFINITY : 1,
    delayMinMs,
    delayMaxMs,
    growth: linear,
    jitter: noJitter,
  };
  return await retry(call, {
    policy,
    signal,
    waits,
    describeWait: ({ error }) => summaryOf(error) ?? `the ${describe()} failed: ${ConnectError.from(error).rawMessage}`,
    delayAfter: (error, backoffMs) => {
      if (!isWorthRetrying(error)) return undefined;
      const askedMs = rateLimitDelayMs(error, Date.now());
      if (askedMs !== undefined) return leftMs() > 0 ? Math.min(askedMs, limitedDelayMaxMs) : undefined;
      return backoffMs <= leftMs() ? backoffMs : undefined;
    },
    onRetry: ({ error, attempt, delayMs }) => {
      const { code, rawMessage } = ConnectError.from(error);
      measure('baton.call.retries', 1, { 'rpc.grpc.status_code': code });
      logger.warn(
        { call: describe(), code: codeName(code), reason: rawMessage, attempt, delay_ms: Math.round(delayMs) },
        'a call of the sync failed; retrying',
      );
    },
  });
}

/** Whether a temporary failure says when to try again. */
export function saysWhenToRetry(error: unknown): boolean {
  return isTransient(error) && rateLimitDelayMs(error, Date.now()) !== undefined;
}

/** Only errors of a connector in this process have one. */
function summaryOf(error: unknown): string | undefined {
  return error instanceof ServiceError ? error.summary : undefined;
}
