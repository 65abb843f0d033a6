// The error of this client: what was requested from Percipio, what came back, and whether a retry makes sense.
import type { Family } from './family.ts';
import type { FieldProblem } from './field-problems.ts';
import type { RateLimit } from './rate-limit.ts';

/**
 * - `http`: Percipio, or a proxy in between, responded with a status other than 2xx.
 * - `network`: no response: DNS, the connection, TLS or a proxy failed.
 * - `timeout`: no response in time.
 * - `body`: a response whose body is cut off, malformed or unexpected.
 * - `aborted`: the caller's signal ended the call, or the client was closed.
 * - `batch-failed`: Percipio did not carry out a write that it had accepted in a batch.
 * - `report-failed`: Percipio failed to generate the report.
 * - `report-expired`: the report does not exist or no longer exists; a new one must be requested.
 */
export const percipioErrorKinds = [
  'http',
  'network',
  'timeout',
  'body',
  'aborted',
  'batch-failed',
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
  /** Follows method and URL, such as `answered 403 Forbidden: no permission`. Contains no secret. */
  readonly problem: string;
  /** HTTP status, if there was a response. */
  readonly status?: number | undefined;
  readonly rateLimit?: RateLimit | undefined;
  /** How long Percipio asks to wait before the next request, by `Retry-After` or the reset of the rate limit. */
  readonly retryAfterMs?: number | undefined;
  /** Which attempt failed, from 1. */
  readonly attempts: number;
  /** The same request may succeed later. */
  readonly isTransient: boolean;
  /** It is certain that Percipio did not act on the request, so that a retry cannot do anything twice. */
  readonly isUnprocessed: boolean;
  /** Whether the API answered, and not a server without the token to which the API redirected. Default true. */
  readonly isOfApi?: boolean | undefined;
  /** The values that Percipio does not accept, as far as it names them. Default none. */
  readonly fieldProblems?: readonly FieldProblem[] | undefined;
  /** A copy of Node's or undici's error, without the data that it may carry. */
  readonly cause?: Error | undefined;
}

/** A failed request to Percipio. Its text, its fields and its cause do not contain the token. */
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
  readonly isOfApi: boolean;
  readonly fieldProblems: readonly FieldProblem[];

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
    this.isOfApi = fields.isOfApi ?? true;
    this.fieldProblems = fields.fieldProblems ?? [];
  }
}

/** Whether Percipio does not let the service account read something, or does not have it: 403, 404. */
export function isRefused(error: unknown): error is PercipioError {
  return error instanceof PercipioError && (error.status === 403 || error.status === 404);
}
