// When a failed request is sent again.
import type { RetryPolicy } from 'baton-connector-sdk/http';
import type { PercipioError } from './percipio-error.ts';

export interface RequestRetryPolicy extends RetryPolicy {
  /**
   * The longest wait by `Retry-After` that a call sits out. Default 120,000. When Percipio asks for a longer one, the
   * call fails at once and its error carries the wait: its caller can do better than to hold a call open.
   */
  readonly retryAfterMaxMs: number;
}

/** Callers that failed together are spread over the second half of each delay. */
export const halfJitter = [0.5, 1] as const;

export const defaultRetryPolicy: RequestRetryPolicy = {
  attemptsMax: 6,
  delayMinMs: 1000,
  delayMaxMs: 30_000,
  jitter: halfJitter,
  retryAfterMaxMs: 120_000,
};

/**
 * After which failures a call may be retried.
 * - `always`: after every transient one, since a second request does no harm.
 * - `if-unprocessed`: only if it is certain that Percipio did not act on the request.
 */
export type RetryRule = 'always' | 'if-unprocessed';

/**
 * Whether a retry may get past this status: a timeout (408), too early (425), too many requests (429), and every 5xx or
 * above, such as 520 to 530 of Cloudflare and 598 of proxies, except 501.
 */
export function isTransientStatus(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || (status >= 500 && status !== 501);
}

/** What decides whether a failed request is sent again. */
export type RetriableFailure = Pick<PercipioError, 'isTransient' | 'isUnprocessed' | 'retryAfterMs'>;

/**
 * How long to wait before the request is sent again.
 * @param backoffMs - What the policy says.
 * @returns Milliseconds; nothing, when it must not be sent again.
 */
export function requestDelayMs(
  policy: RequestRetryPolicy,
  failure: RetriableFailure,
  rule: RetryRule,
  backoffMs: number,
): number | undefined {
  if (!failure.isTransient) return undefined;
  if (rule === 'if-unprocessed' && !failure.isUnprocessed) return undefined;
  const askedMs = failure.retryAfterMs ?? 0;
  return askedMs > policy.retryAfterMaxMs ? undefined : Math.max(askedMs, backoffMs);
}
