// What answer headers say about the rate limit and about when to come back.
import type { HttpHeaders } from 'baton-connector-sdk/http';
import { readHeader } from './response-headers.ts';

/** The caller's share of requests, as far as the answer told it. */
export interface RateLimit {
  readonly limit: number | undefined;
  readonly remaining: number | undefined;
  readonly resetAt: Date | undefined;
}

const limitHeaders = ['x-ratelimit-limit', 'ratelimit-limit', 'x-ratelimit-requests-limit', 'x-rate-limit-limit'];
const remainingHeaders = [
  'x-ratelimit-remaining',
  'ratelimit-remaining',
  'x-ratelimit-requests-remaining',
  'x-rate-limit-remaining',
];
const resetHeaders = ['x-ratelimit-reset', 'ratelimit-reset', 'x-ratelimit-requests-reset', 'x-rate-limit-reset'];

// No server asks for a wait of decades: a larger number is a point in time since 1970, not a duration.
const thirtyYearsSeconds = 30 * 365 * 24 * 60 * 60;

/**
 * Reads the rate-limit headers in their usual spellings.
 * @returns Nothing, when the answer has none of them.
 */
export function parseRateLimit(headers: HttpHeaders, nowMs: number): RateLimit | undefined {
  const limit = first(headers, limitHeaders, leadingInteger);
  const remaining = first(headers, remainingHeaders, leadingInteger);
  const resetAtMs = first(headers, resetHeaders, (text) => parseMoment(text, nowMs));
  if (limit === undefined && remaining === undefined && resetAtMs === undefined) return undefined;
  return { limit, remaining, resetAt: resetAtMs === undefined ? undefined : new Date(resetAtMs) };
}

/**
 * How long an answer asks to wait: by `Retry-After` (RFC 9110, 10.2.3: seconds or an HTTP date), or else, where the
 * rate limit is used up, until it resets.
 * @returns Milliseconds, at least 0; nothing, when the answer does not say.
 */
export function parseRetryAfterMs(
  headers: HttpHeaders,
  rateLimit: RateLimit | undefined,
  nowMs: number,
): number | undefined {
  const retryAtMs = first(headers, ['retry-after'], (text) => parseMoment(text, nowMs));
  const atMs = retryAtMs ?? (rateLimit?.remaining === 0 ? rateLimit.resetAt?.getTime() : undefined);
  return atMs === undefined ? undefined : Math.max(0, Math.ceil(atMs - nowMs));
}

/**
 * A point in time in one of the forms that are met: seconds from now, seconds or milliseconds since 1970, an HTTP
 * date, ISO 8601.
 * @returns Milliseconds since 1970.
 */
function parseMoment(text: string, nowMs: number): number | undefined {
  if (/^-?\d+(\.\d+)?$/.test(text)) {
    const number = Number(text);
    if (number > thirtyYearsSeconds * 1000) return Math.min(number, maxTimeMs);
    if (number > thirtyYearsSeconds) return number * 1000;
    return nowMs + number * 1000;
  }
  // A bare number in any other form would be read as a year.
  if (!/[a-z]/i.test(text)) return undefined;
  const timeMs = Date.parse(text);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

/** The largest time that a Date can hold. */
const maxTimeMs = 8.64e15;

/** `100` of `100;w=60`: limits may carry their windows (draft-polli-ratelimit-headers). */
function leadingInteger(text: string): number | undefined {
  const digits = /^\d{1,15}/.exec(text);
  return digits === null ? undefined : Number(digits[0]);
}

function first<T>(
  headers: HttpHeaders,
  names: readonly string[],
  parse: (text: string) => T | undefined,
): T | undefined {
  for (const name of names) {
    const text = readHeader(headers, name)?.trim();
    if (text) {
      const value = parse(text);
      if (value !== undefined) return value;
    }
  }
  return undefined;
}
