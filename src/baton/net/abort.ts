// Waiting that ends with a signal or a time limit.
import { setTimeout as sleep } from 'node:timers/promises';

/** The longest delay of Node's timers, 24.8 days: a longer one would end at once. */
export const timerMaxMs = 2 ** 31 - 1;

/**
 * Waits, for at most 24.8 days.
 * @throws the signal's reason when it aborts.
 */
export async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await sleep(Math.min(delayMs, timerMaxMs), undefined, { signal }).catch(() => signal.throwIfAborted());
}

/**
 * Waits for work that continues whether or not somebody waits for it.
 * @throws the signal's reason when it aborts first.
 */
export async function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    // The signal first: work that is done already does not outrun it.
    return await Promise.race([aborted.promise, work]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

export interface TimeLimit {
  /** More than 24.8 days is as long as that. */
  readonly timeoutMs: number;
  /** Ends the work from outside. */
  readonly signal?: AbortSignal | undefined;
  /** Makes the error for work that takes too long. */
  timeoutError(): Error;
}

/**
 * Does work with a signal that aborts after a time.
 * @throws the error of `timeoutError` once the time is over, whatever the work made of its signal.
 */
export async function withTimeLimit<Result>(
  { timeoutMs, signal, timeoutError }: TimeLimit,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(timeoutError()), Math.min(timeoutMs, timerMaxMs));
  try {
    return await work(signal ? AbortSignal.any([signal, limit.signal]) : limit.signal);
  } catch (error) {
    throw limit.signal.aborted && !signal?.aborted ? limit.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}
