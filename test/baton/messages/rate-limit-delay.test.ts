import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { ConnectError } from '@connectrpc/connect';
import { RateLimitDescriptionSchema } from '#gen/c1/connector/v2/annotation_ratelimit_pb.js';
import { Code } from '../../../src/baton/author/code.ts';
import { rateLimitDelayMs } from '../../../src/baton/messages/rate-limit-delay.ts';

/** An error with rate limits that reset so many milliseconds after `now`. */
const now = Date.UTC(2026, 0, 1);
function limited(...limits: { inMs?: number; remaining?: number }[]): ConnectError {
  const outgoing = limits.map(({ inMs, remaining = 0 }) => ({
    desc: RateLimitDescriptionSchema,
    value: create(RateLimitDescriptionSchema, {
      remaining: BigInt(remaining),
      ...(inMs !== undefined && { resetAt: timestampFromMs(now + inMs) }),
    }),
  }));
  return new ConnectError('too fast', Code.Unavailable, undefined, outgoing);
}

for (const [title, error, expected] of [
  ['that no service threw', new Error('bug'), undefined],
  ['without a rate limit', limited(), undefined],
  ['with a limit that does not say when it resets', limited({}), undefined],
  ['with a limit that was reset before', limited({ inMs: -1 }), undefined],
  ['without remaining requests', limited({ inMs: 2500 }), 2500],
  ['with remaining requests, spread over the time and rounded up', limited({ inMs: 5000, remaining: 100 }), 1000],
  ['with a few remaining requests', limited({ inMs: 30_000, remaining: 7 }), 5000],
  ['with an old limit and a new one', limited({ inMs: -1 }, { inMs: 700 }), 700],
] as const) {
  test(`the delay for an error ${title}`, () => {
    assert.equal(rateLimitDelayMs(error, now), expected);
  });
}
