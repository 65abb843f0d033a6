// Writes that Percipio may or may not have carried out: only reading shows it.
import { Code, ServiceError } from 'baton-connector-sdk';
import { backoffMs, pause } from 'baton-connector-sdk/http';
import { describeShortly } from '../api/describe-shortly.ts';
import { PercipioError } from '../api/percipio-error.ts';
import { requestDelayMs } from '../api/retry-policy.ts';
import type { UsersApi } from '../api/users.ts';

/** Whether the request may have been carried out although it failed: its response was lost, too late, or a 5xx. */
export function isUnclear(error: unknown): error is PercipioError {
  if (!(error instanceof PercipioError) || error.isUnprocessed) return false;
  const { kind, status } = error;
  if (kind === 'http') return status === 408 || (status !== undefined && status >= 500);
  return kind === 'network' || kind === 'timeout' || kind === 'body';
}

/**
 * Reads the outcome of a write. If that fails too, the outcome stays unknown, and the error says so.
 * @param write - The unclear failure; undefined after a write that succeeded.
 * @throws ServiceError `percipio_outcome_unknown`, or what `read` throws if the write succeeded or the caller is gone.
 */
export async function readOutcome<T>(
  write: PercipioError | undefined,
  read: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (write === undefined || signal.aborted || !(error instanceof PercipioError)) throw error;
    throw new ServiceError(
      Code.Unavailable,
      `${write.message}; reading whether it took effect failed too: ${error.message}. Repeat the request: nothing is done twice`,
      { reason: 'percipio_outcome_unknown', cause: new AggregateError([write, error]) },
    );
  }
}

/**
 * Waits before the retry of a write that had no effect, as reading has shown.
 * @param attempt - How often it was sent.
 * @throws The failure itself when it must not be retried; the reason of the signal.
 */
export async function waitToRetry(
  { retry: policy, waits }: Pick<UsersApi, 'retry' | 'waits'>,
  failure: PercipioError,
  attempt: number,
  signal: AbortSignal,
): Promise<void> {
  const shown = { isTransient: true, isUnprocessed: true, retryAfterMs: failure.retryAfterMs };
  const delayMs = requestDelayMs(policy, shown, 'if-unprocessed', backoffMs(policy, attempt));
  if (delayMs === undefined || attempt >= policy.attemptsMax) throw failure;
  using _ = waits.begin({ what: describeShortly(failure), retryMs: delayMs });
  await pause(delayMs, signal);
}
