// The one error of this client: what was asked of Percipio, what came back, and whether asking again makes sense.
import type { Family } from './family.ts';
import type { RateLimit } from './rate-limit.ts';

/**
 * - `http`: Percipio, or a proxy on the way, answered with a status that is not 2xx.
 * - `network`: no answer came: the name, the connection, TLS or a proxy failed.
 * - `timeout`: nothing came in time.
 * - `body`: an answer came whose body is cut off, broken, or not what was asked for.
 * - `aborted`: the caller's signal ended the call, or the client was closed.
 * - `report-failed`: Percipio gave up making the report.
 * - `report-expired`: the report does not exist (any more); a new one must be requested.
 */
export const percipioErrorKinds = [
  'http',
  'network',
  'timeout',
  'body',
  'aborted',
  'report-failed',
  'report-expired',
] as const;

export type PercipioErrorKind = (typeof percipioErrorKinds)[number];

export interface PercipioErrorFields {
  readonly kind: PercipioErrorKind;
  readonly family: Family;
  readonly method: string;
  /** The URL as it may be shown: without user info and without secrets in its query. */
  readonly url: string;
  /** Goes behind method and URL, such as `answered 403 Forbidden: no permission`. Holds no secret. */
  readonly problem: string;
  /** HTTP status, where there was an answer. */
  readonly status?: number | undefined;
  readonly rateLimit?: RateLimit | undefined;
  /** How long Percipio asks to wait before the next request, by `Retry-After` or the reset of the rate limit. */
  readonly retryAfterMs?: number | undefined;
  /** Which attempt failed, from 1. */
  readonly attempts: number;
  /** The same request may succeed later. */
  readonly isTransient: boolean;
  /** It is certain that Percipio did not act on the request, so that sending it again cannot do a thing twice. */
  readonly isUnprocessed: boolean;
  /** A copy of what Node or undici threw, without the data that such errors may carry. */
  readonly cause?: Error | undefined;
}

/** A failed request to Percipio. Neither its text nor its fields nor its cause hold the token. */
export class PercipioError extends Error {
  readonly kind: PercipioErrorKind;
  readonly family: Family;
  readonly method: string;
  readonly url: string;
  readonly status: number | undefined;
  readonly rateLimit: RateLimit | undefined;
  readonly retryAfterMs: number | undefined;
  readonly attempts: number;
  readonly isTransient: boolean;
  readonly isUnprocessed: boolean;

  constructor(fields: PercipioErrorFields) {
    const tries = fields.attempts > 1 ? ` (after ${fields.attempts} attempts)` : '';
    super(
      `${fields.method} ${fields.url} ${fields.problem}${tries}`,
      fields.cause === undefined ? undefined : { cause: fields.cause },
    );
    this.name = 'PercipioError';
    this.kind = fields.kind;
    this.family = fields.family;
    this.method = fields.method;
    this.url = fields.url;
    this.status = fields.status;
    this.rateLimit = fields.rateLimit;
    this.retryAfterMs = fields.retryAfterMs;
    this.attempts = fields.attempts;
    this.isTransient = fields.isTransient;
    this.isUnprocessed = fields.isUnprocessed;
  }
}
