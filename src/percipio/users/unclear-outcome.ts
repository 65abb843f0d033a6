// Writes of which nobody knows whether Percipio carried them out: only reading can tell.
import { setTimeout as wait } from 'node:timers/promises';
import { Code, ServiceError } from 'baton-connector-sdk';
import { PercipioError } from '../api/percipio-error.ts';
import { nextDelayMs, type RetryPolicy } from '../api/retry-policy.ts';

/** Whether the request may have been carried out, although it failed: its answer was lost, came too late, or was a 5xx. */
export function isUnclear(error: unknown): error is PercipioError {
  if (!(error instanceof PercipioError) || error.isUnprocessed) return false;
  const { kind, status } = error;
  if (kind === 'http') return status === 408 || (status !== undefined && status >= 500);
  return kind === 'network' || kind === 'timeout' || kind === 'body';
}

/**
 * Reads what came of a write. When that fails as well, the outcome stays unknown, and the error says so.
 * @param write - The unclear failure; nothing after a write that succeeded.
 * @throws ServiceError, or what `read` throws where the write is known to be done or the caller has gone.
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
      `${write.message}; and whether it took effect could not be read: ${error.message}. Ask again: what is done by then is not done twice`,
      { reason: 'percipio_outcome_unknown', cause: new AggregateError([write, error]) },
    );
  }
}

/**
 * Waits before a write is sent again that, as reading has shown, had no effect.
 * @param attempt - How often it was sent.
 * @throws The failure itself, when it must not be sent again; the reason of the signal.
 */
export async function waitToRepeat(
  policy: RetryPolicy,
  failure: PercipioError,
  attempt: number,
  signal: AbortSignal,
): Promise<void> {
  const { retryAfterMs } = failure;
  const delayMs = nextDelayMs(
    policy,
    { isTransient: true, isUnprocessed: true, retryAfterMs, attempts: attempt },
    'if-unprocessed',
  );
  if (delayMs === undefined) throw failure;
  // Rejects for no other reason than the signal.
  await wait(delayMs, undefined, { signal }).catch(() => signal.throwIfAborted());
}
