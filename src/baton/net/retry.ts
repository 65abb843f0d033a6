// Retries with backoff: the one loop and the one formula for them.
import { pause } from './abort.ts';
import type { Wait, Waits } from './waits.ts';

/** How often something is tried, and how long to wait in between. */
export interface RetryPolicy {
  /** Attempts in all: 1 means no retry, `Infinity` means until one succeeds. */
  readonly attemptsMax: number;
  /** The delay after the first failure, in milliseconds. */
  readonly delayMinMs: number;
  /** No delay is longer, jitter aside. */
  readonly delayMaxMs: number;
  /** What `delayMinMs` is multiplied by after the n-th failure. Default {@link doubling}. */
  readonly growth?: ((failures: number) => number) | undefined;
  /**
   * Each delay is multiplied by a random number from this range, so that clients that failed together do not return
   * together. Default 0.75 to 1.25.
   */
  readonly jitter?: readonly [min: number, max: number] | undefined;
}

export const doubling = (failures: number) => 2 ** (failures - 1);
export const linear = (failures: number) => failures;
export const quadratic = (failures: number) => failures ** 2;
export const constant = () => 1;

export const noJitter = [1, 1] as const;

/**
 * The delay after the n-th failure in a row, in whole milliseconds.
 * @param random - From 0 to 1.
 */
export function backoffMs(policy: RetryPolicy, failures: number, random: number = Math.random()): number {
  const { delayMinMs, delayMaxMs, growth = doubling, jitter: [min, max] = [0.75, 1.25] } = policy;
  return Math.round(Math.min(delayMaxMs, delayMinMs * growth(failures)) * (min + (max - min) * random));
}

export interface RetryOptions {
  readonly policy: RetryPolicy;
  /** Ends the retries. Work that shall end with it takes it itself. */
  readonly signal: AbortSignal;
  /**
   * How long to wait after this failure, in milliseconds; undefined ends the retries. Default: what the policy says.
   * @param backoffMs - What the policy says.
   */
  delayAfter?(error: unknown, backoffMs: number): number | undefined;
  /** Called before each wait. */
  onRetry?(failure: FailedAttempt): void;
  /** Shows the waits between attempts to the user. Default: they are not shown. */
  readonly waits?: Waits | undefined;
  /**
   * Why it waits, for `waits`, as a clause without its full stop: `Acme is unavailable (503)`. Without numbers that change
   * from attempt to attempt.
   */
  describeWait?(failure: FailedAttempt): string;
}

export interface FailedAttempt {
  readonly error: unknown;
  /** Which attempt failed, from 1. */
  readonly attempt: number;
  /** How long until the next one. */
  readonly delayMs: number;
}

/**
 * Does work until it succeeds.
 * @param work - Gets the number of the attempt, from 1.
 * @throws what the last attempt failed with; the signal's reason once it has aborted.
 */
export async function retry<Result>(
  work: (attempt: number) => Promise<Result>,
  { policy, signal, delayAfter = (_error, backoff) => backoff, onRetry, waits, describeWait }: RetryOptions,
): Promise<Result> {
  using shown = waits?.begin();
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      signal.throwIfAborted();
      const delayMs = attempt < policy.attemptsMax ? delayAfter(error, backoffMs(policy, attempt)) : undefined;
      if (delayMs === undefined) throw error;
      const failure = { error, attempt, delayMs };
      onRetry?.(failure);
      shown?.update(toWait(failure, policy.attemptsMax, describeWait?.(failure)));
      await pause(delayMs, signal);
    }
  }
}

function toWait({ error, attempt, delayMs }: FailedAttempt, attemptsMax: number, what: string | undefined): Wait {
  return {
    what: what ?? `waiting to try again: ${error instanceof Error ? error.message : String(error)}`,
    state: Number.isFinite(attemptsMax) ? `attempt ${attempt} of ${attemptsMax}` : `attempt ${attempt}`,
    retryMs: delayMs,
  };
}

/** Whether an error is worth a retry, as `delayAfter` of {@link RetryOptions}: the policy's delay, or none. */
export function onlyIf(isTransient: (error: unknown) => boolean): NonNullable<RetryOptions['delayAfter']> {
  return (error, backoff) => (isTransient(error) ? backoff : undefined);
}
