import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseRateLimit, parseRetryAfterMs } from '../../../src/percipio/api/rate-limit.ts';

const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);
const at = (iso: string) => new Date(iso);

describe('parseRateLimit', () => {
  it('is nothing without a header that tells', () => {
    assert.equal(parseRateLimit({ 'content-type': 'application/json' }, nowMs), undefined);
  });

  for (const prefix of ['x-ratelimit-', 'ratelimit-', 'x-ratelimit-requests-', 'x-rate-limit-']) {
    it(`reads headers that begin with ${prefix}`, () => {
      const headers = { [`${prefix}limit`]: '100', [`${prefix}remaining`]: '7', [`${prefix}reset`]: '30' };
      const expected = { limit: 100, remaining: 7, resetAt: at('2026-01-02T03:04:35Z') };
      assert.deepEqual(parseRateLimit(headers, nowMs), expected);
    });
  }

  it('reads a limit that carries its windows', () => {
    const limit = parseRateLimit(
      { 'ratelimit-limit': '500, 500;w=1, 20000;w=60', 'ratelimit-remaining': '99;w=1' },
      nowMs,
    );
    assert.equal(limit?.limit, 500);
    assert.equal(limit?.remaining, 99);
  });

  for (const [form, reset] of [
    ['seconds from now', '30'],
    ['fractions of seconds', '30.0'],
    ['seconds since 1970', '1767323075'],
    ['milliseconds since 1970', '1767323075000'],
    ['an HTTP date', 'Fri, 02 Jan 2026 03:04:35 GMT'],
    ['a date by RFC 850', 'Friday, 02-Jan-26 03:04:35 GMT'],
    ['ISO 8601', '2026-01-02T03:04:35Z'],
  ] as const) {
    it(`reads a reset that is given as ${form}`, () => {
      assert.deepEqual(parseRateLimit({ 'x-ratelimit-reset': reset }, nowMs)?.resetAt, at('2026-01-02T03:04:35Z'));
    });
  }

  for (const reset of ['soon', '', '12 34', '99999999999999999999']) {
    it(`does not fail on a reset of ${JSON.stringify(reset)}`, () => {
      const resetAt = parseRateLimit({ 'x-ratelimit-limit': '1', 'x-ratelimit-reset': reset }, nowMs)?.resetAt;
      if (resetAt !== undefined) assert.ok(!Number.isNaN(resetAt.getTime()));
    });
  }
});

describe('parseRetryAfterMs', () => {
  it('reads seconds and HTTP dates', () => {
    assert.equal(parseRetryAfterMs({ 'retry-after': '120' }, undefined, nowMs), 120_000);
    assert.equal(parseRetryAfterMs({ 'retry-after': 'Fri, 02 Jan 2026 03:05:05 GMT' }, undefined, nowMs), 60_000);
  });

  it('is 0 for a moment that has passed', () => {
    assert.equal(parseRetryAfterMs({ 'retry-after': 'Fri, 02 Jan 2026 03:00:00 GMT' }, undefined, nowMs), 0);
    assert.equal(parseRetryAfterMs({ 'retry-after': '-5' }, undefined, nowMs), 0);
  });

  it('is the reset of a rate limit that is used up, where there is no Retry-After', () => {
    const used = { limit: 10, remaining: 0, resetAt: new Date(nowMs + 9000) };
    assert.equal(parseRetryAfterMs({}, used, nowMs), 9000);
    assert.equal(parseRetryAfterMs({ 'retry-after': '1' }, used, nowMs), 1000);
    assert.equal(parseRetryAfterMs({}, { ...used, remaining: 3 }, nowMs), undefined);
  });

  it('is nothing where the header makes no sense', () => {
    assert.equal(parseRetryAfterMs({ 'retry-after': 'later' }, undefined, nowMs), undefined);
    assert.equal(parseRetryAfterMs({}, undefined, nowMs), undefined);
  });
});
