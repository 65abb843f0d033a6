import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { backoffMs } from 'baton-connector-sdk/http';
import { defaultRetryPolicy, requestDelayMs } from '../../../src/percipio/api/retry-policy.ts';

const policy = { ...defaultRetryPolicy, retryAfterMaxMs: 5000 };
const failure = { isTransient: true, isUnprocessed: false, retryAfterMs: undefined };

describe('requestDelayMs', () => {
  it('is what the policy says, and never shorter than what Percipio asks for', () => {
    assert.equal(requestDelayMs(policy, failure, 'always', 100), 100);
    assert.equal(requestDelayMs(policy, { ...failure, retryAfterMs: 4000 }, 'always', 100), 4000);
    assert.equal(requestDelayMs(policy, { ...failure, retryAfterMs: 1 }, 'always', 100), 100);
  });

  it('is none when Percipio asks for more than a call may sit out', () => {
    assert.equal(requestDelayMs(policy, { ...failure, retryAfterMs: 5000 }, 'always', 100), 5000);
    assert.equal(requestDelayMs(policy, { ...failure, retryAfterMs: 5001 }, 'always', 100), undefined);
  });

  it('is none after a failure that is not transient', () => {
    assert.equal(requestDelayMs(policy, { ...failure, isTransient: false }, 'always', 100), undefined);
  });

  it('is none for a call that must not happen twice, unless it surely did not happen', () => {
    assert.equal(requestDelayMs(policy, failure, 'if-unprocessed', 100), undefined);
    assert.equal(requestDelayMs(policy, { ...failure, isUnprocessed: true }, 'if-unprocessed', 100), 100);
  });
});

describe('the default retry policy', () => {
  it('sends a request six times, with delays that double and are spread over their second halves', () => {
    const delays = (random: number) =>
      [1, 2, 3, 4, 5, 6].map((failures) => backoffMs(defaultRetryPolicy, failures, random));
    assert.equal(defaultRetryPolicy.attemptsMax, 6);
    assert.deepEqual(delays(1), [1000, 2000, 4000, 8000, 16_000, 30_000]);
    assert.deepEqual(delays(0), [500, 1000, 2000, 4000, 8000, 15_000]);
  });
});
