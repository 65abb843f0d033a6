import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  backoffMs,
  constant,
  type FailedAttempt,
  linear,
  noJitter,
  onlyIf,
  quadratic,
  type RetryPolicy,
  retry,
} from '../../../src/baton/net/retry.ts';
import { Waits } from '../../../src/baton/net/waits.ts';

const policy: RetryPolicy = { attemptsMax: 4, delayMinMs: 100, delayMaxMs: 1000, jitter: noJitter };
const quick: RetryPolicy = { ...policy, delayMinMs: 0, delayMaxMs: 0 };
const { signal } = new AbortController();

/** Fails so often, then gives the number of the attempt. */
function failing(times: number) {
  return async (attempt: number) => {
    if (attempt <= times) throw new Error(`failure ${attempt}`);
    return attempt;
  };
}

describe('backoffMs', () => {
  const delays = (over: Partial<RetryPolicy>) =>
    [1, 2, 3, 4, 5].map((failures) => backoffMs({ ...policy, ...over }, failures));

  it('grows with each failure, up to the maximum', () => {
    assert.deepEqual(delays({}), [100, 200, 400, 800, 1000]);
    assert.deepEqual(delays({ growth: linear }), [100, 200, 300, 400, 500]);
    assert.deepEqual(delays({ growth: quadratic }), [100, 400, 900, 1000, 1000]);
    assert.deepEqual(delays({ growth: constant }), [100, 100, 100, 100, 100]);
  });

  it('is spread over the range of its jitter, in whole milliseconds', () => {
    const spread = (jitter: RetryPolicy['jitter']) =>
      [0, 0.5, 1].map((random) => backoffMs({ ...policy, jitter }, 1, random));
    assert.deepEqual(spread(undefined), [75, 100, 125]);
    assert.deepEqual(spread([0.5, 1]), [50, 75, 100]);
    assert.equal(backoffMs({ ...policy, delayMinMs: 1.2 }, 1), 1);
  });
});

describe('retry', () => {
  it('gives the first result, after as many attempts as it takes', async () => {
    const retries: FailedAttempt[] = [];
    assert.equal(await retry(failing(3), { policy: quick, signal, onRetry: (failed) => retries.push(failed) }), 4);
    assert.deepEqual(
      retries.map(({ error, attempt, delayMs }) => [(error as Error).message, attempt, delayMs]),
      [
        ['failure 1', 1, 0],
        ['failure 2', 2, 0],
        ['failure 3', 3, 0],
      ],
    );
  });

  it('fails as the last attempt did', async () => {
    await assert.rejects(retry(failing(9), { policy: quick, signal }), /failure 4/);
    await assert.rejects(retry(failing(9), { policy: { ...quick, attemptsMax: 1 }, signal }), /failure 1/);
  });

  it('ends where it is told that another attempt is useless', async () => {
    const delayAfter = onlyIf((error) => /1/.test((error as Error).message));
    await assert.rejects(retry(failing(9), { policy: quick, signal, delayAfter }), /failure 2/);
  });

  it('waits as long as it is told, given what the policy says', async () => {
    const backoffs: number[] = [];
    const delayAfter = (_error: unknown, backoff: number) => {
      backoffs.push(backoff);
      return 0;
    };
    await retry(failing(2), { policy, signal, delayAfter });
    assert.deepEqual(backoffs, [100, 200]);
  });

  it('ends with the reason of its signal, in an attempt or between two', async () => {
    const reason = new Error('enough');
    for (const abortIn of ['attempt', 'pause']) {
      const stop = new AbortController();
      let attempts = 0;
      const work = async () => {
        attempts++;
        if (abortIn === 'attempt') stop.abort(reason);
        throw new Error('failure');
      };
      let retries = 0;
      const onRetry = () => {
        retries++;
        stop.abort(reason);
      };
      const slow = { ...policy, delayMinMs: 3_600_000, delayMaxMs: 3_600_000 };
      await assert.rejects(retry(work, { policy: slow, signal: stop.signal, onRetry }), reason);
      assert.deepEqual([attempts, retries], [1, abortIn === 'attempt' ? 0 : 1]);
    }
  });
});

describe('the wait between attempts is shown', () => {
  const shown = (waits: Waits) => waits.list().map(({ what, state }) => [what, state]);

  it('from the first failure to the end, with its reason and the attempt', async () => {
    const waits = new Waits();
    const during: unknown[] = [];
    const work = async (attempt: number) => {
      during.push(shown(waits));
      return await failing(2)(attempt);
    };
    await retry(work, { policy: quick, signal, waits, describeWait: () => 'Acme is unavailable' });
    assert.deepEqual(during, [
      [],
      [['Acme is unavailable', 'attempt 1 of 4']],
      [['Acme is unavailable', 'attempt 2 of 4']],
    ]);
    assert.deepEqual(shown(waits), []);
  });

  it('without a reason of its own as the error, and without a number of attempts if there is none', async () => {
    const waits = new Waits();
    const during: unknown[] = [];
    const work = async (attempt: number) => {
      during.push(...shown(waits));
      return await failing(1)(attempt);
    };
    await retry(work, { policy: { ...quick, attemptsMax: Number.POSITIVE_INFINITY }, signal, waits });
    assert.deepEqual(during, [['waiting to try again: failure 1', 'attempt 1']]);
  });

  it('until the last failure', async () => {
    const waits = new Waits();
    await assert.rejects(retry(failing(9), { policy: quick, signal, waits }));
    assert.deepEqual(shown(waits), []);
  });
});
