import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defaultRetryPolicy, nextDelayMs } from '../../../src/percipio/api/retry-policy.ts';

const policy = { attemptsMax: 10, delayMinMs: 100, delayMaxMs: 1000, retryAfterMaxMs: 5000 };
const failure = { isTransient: true, isUnprocessed: false, retryAfterMs: undefined, attempts: 1 };

describe('nextDelayMs', () => {
  it('doubles with each attempt, up to delayMaxMs', () => {
    const delays = [1, 2, 3, 4, 5, 6].map((attempts) => nextDelayMs(policy, { ...failure, attempts }, 'always', 1));
    assert.deepEqual(delays, [100, 200, 400, 800, 1000, 1000]);
  });

  it('spreads callers over the second half of the delay', () => {
    assert.equal(nextDelayMs(policy, failure, 'always', 0), 50);
    assert.equal(nextDelayMs(policy, failure, 'always', 1), 100);
  });

  it('is never shorter than what Percipio asks for', () => {
    assert.equal(nextDelayMs(policy, { ...failure, retryAfterMs: 4000 }, 'always', 0), 4000);
    assert.equal(nextDelayMs(policy, { ...failure, retryAfterMs: 1 }, 'always', 1), 100);
  });

  it('is none when Percipio asks for more than a call may sit out', () => {
    assert.equal(nextDelayMs(policy, { ...failure, retryAfterMs: 5001 }, 'always'), undefined);
  });

  it('is none after the last attempt, and none after a failure that is not transient', () => {
    assert.equal(nextDelayMs(policy, { ...failure, attempts: 10 }, 'always'), undefined);
    assert.equal(nextDelayMs(policy, { ...failure, isTransient: false }, 'always'), undefined);
  });

  it('is none for a call that must not happen twice, unless it surely did not happen', () => {
    assert.equal(nextDelayMs(policy, failure, 'if-unprocessed'), undefined);
    assert.equal(nextDelayMs(policy, { ...failure, isUnprocessed: true }, 'if-unprocessed', 1), 100);
  });

  it('takes less than a minute in all by default', () => {
    let totalMs = 0;
    for (let attempts = 1; attempts < defaultRetryPolicy.attemptsMax; attempts += 1) {
      totalMs += nextDelayMs(defaultRetryPolicy, { ...failure, attempts }, 'always', 1) ?? 0;
    }
    assert.equal(totalMs, 31_000);
  });
});
