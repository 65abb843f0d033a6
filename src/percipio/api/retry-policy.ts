// When and after how long a failed request is sent again.
import type { PercipioError } from './percipio-error.ts';

export interface RetryPolicy {
  /** How often a request is sent in all. Default 6; 1 means never again. */
  readonly attemptsMax: number;
  /** The wait after the first failure; it doubles with each further one. Default 1000. */
  readonly delayMinMs: number;
  /** No wait of our own choice is longer. Default 30,000. */
  readonly delayMaxMs: number;
  /**
   * The longest wait by `Retry-After` that a call sits out. Default 120,000. When Percipio asks for a longer one, the
   * call fails at once and its error carries the wait: whoever called can do better than to hold a call open.
   */
  readonly retryAfterMaxMs: number;
}

export const defaultRetryPolicy: RetryPolicy = {
  attemptsMax: 6,
  delayMinMs: 1000,
  delayMaxMs: 30_000,
  retryAfterMaxMs: 120_000,
};

/**
 * Which failures a call may be repeated after.
 * - `always`: every transient one: asking twice does no harm.
 * - `if-unprocessed`: only one that shows for certain that Percipio did not act on the request.
 */
export const repeatRules = ['always', 'if-unprocessed'] as const;

export type RepeatRule = (typeof repeatRules)[number];

/** What decides whether a failed request is sent again. */
export type RetriableFailure = Pick<PercipioError, 'isTransient' | 'isUnprocessed' | 'retryAfterMs' | 'attempts'>;

/**
 * How long to wait before the request is sent again.
 * @param random - From 0 to 1; spreads the requests of callers that failed together.
 * @returns Milliseconds; nothing, when it must not be sent again.
 */
export function nextDelayMs(
  policy: RetryPolicy,
  failure: RetriableFailure,
  repeat: RepeatRule,
  random: number = Math.random(),
): number | undefined {
  if (!failure.isTransient || failure.attempts >= policy.attemptsMax) return undefined;
  if (repeat === 'if-unprocessed' && !failure.isUnprocessed) return undefined;
  const askedMs = failure.retryAfterMs ?? 0;
  if (askedMs > policy.retryAfterMaxMs) return undefined;
  const backoffMs = Math.min(policy.delayMaxMs, policy.delayMinMs * 2 ** (failure.attempts - 1));
  return Math.max(askedMs, backoffMs * (0.5 + random / 2));
}
