import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { Pace } from '../../../src/percipio/api/pace.ts';
import { startSimulator } from '../../simulator/percipio/start-simulator.ts';
import { captureError } from './capture-error.ts';
import { createTestClient, never } from './start-server.ts';

const retry = { delayMinMs: 1, delayMaxMs: 1 };
/** A gap behind a pause is a quarter of this, so one can be seen. */
const slowRetry = { delayMinMs: 40, delayMaxMs: 160 };

/** A timer may fire a part of a millisecond early. */
const early = 1;

describe('Pace', () => {
  it('lets no more in than maxConcurrent, in the order of arrival', async () => {
    const pace = new Pace({ maxConcurrent: 2, retry });
    const entered: number[] = [];
    const leaves: (() => void)[] = [];
    for (let number = 0; number < 4; number += 1) {
      void pace.enter(false, never).then((leave) => {
        entered.push(number);
        leaves.push(leave);
      });
    }
    await sleep(2);
    assert.deepEqual(entered, [0, 1]);
    leaves[1]?.();
    await sleep(2);
    assert.deepEqual(entered, [0, 1, 2]);
    leaves[0]?.();
    await sleep(2);
    assert.deepEqual(entered, [0, 1, 2, 3]);
  });

  it('lets in what comes beside, whoever is under way', async () => {
    const pace = new Pace({ maxConcurrent: 1, retry });
    await pace.enter(false, never);
    await pace.enter(true, never);
  });

  it('who goes away while waiting takes no turn', async () => {
    const pace = new Pace({ maxConcurrent: 1, retry });
    const leave = await pace.enter(false, never);
    const abort = new AbortController();
    const gone = pace.enter(false, abort.signal);
    const next = pace.enter(false, never);
    abort.abort(new Error('gone'));
    await assert.rejects(gone, /gone/);
    leave();
    await next;
  });

  it('who goes away during a pause gives its turn back', async () => {
    const pace = new Pace({ maxConcurrent: 1, retry });
    pace.pause(20);
    const abort = new AbortController();
    const gone = pace.enter(false, abort.signal);
    abort.abort(new Error('gone'));
    await assert.rejects(gone);
    await pace.enter(false, never);
  });

  it('lets nobody in during a pause, beside neither', async () => {
    const pace = new Pace({ maxConcurrent: 4, retry });
    const startMs = performance.now();
    pace.pause(20);
    await Promise.all([pace.enter(false, never), pace.enter(false, never), pace.enter(true, never)]);
    assert.ok(performance.now() - startMs >= 20 - early);
  });

  it('a shorter pause does not end a longer one', async () => {
    const pace = new Pace({ maxConcurrent: 1, retry });
    pace.pause(10_000);
    pace.pause(1);
    assert.ok(pace.pauseLeftMs > 9000);
  });

  it('no pause is longer than an hour', () => {
    const pace = new Pace({ maxConcurrent: 1, retry });
    pace.pause(24 * 3_600_000);
    assert.ok(pace.pauseLeftMs <= 3_600_000);
  });

  it('behind a pause requests start one by one, and the gap doubles with the next pause', async () => {
    const pace = new Pace({ maxConcurrent: 8, retry: slowRetry });
    for (const gapMs of [10, 20, 40, 40]) {
      pace.pause(1);
      // Of requests that were under way together, each tells the same pause.
      pace.pause(1);
      const times = await Promise.all(
        [0, 1, 2].map(async () => {
          (await pace.enter(false, never))();
          return performance.now();
        }),
      );
      const [first = 0, second = 0, third = 0] = times.sort((a, b) => a - b);
      assert.ok(second - first >= gapMs - early, `${second - first} ms for ${gapMs}`);
      assert.ok(third - second >= gapMs - early, `${third - second} ms for ${gapMs}`);
    }
  });

  it('with answers the gap shrinks, until it is none', async () => {
    const pace = new Pace({ maxConcurrent: 1, retry: { delayMinMs: 4_000_000, delayMaxMs: 40_000_000 } });
    pace.pause(1);
    for (let answers = 0; answers < 20; answers += 1) pace.recover();
    // Without an answer, the second one would come a quarter of an hour later.
    for (let requests = 0; requests < 3; requests += 1) (await pace.enter(false, never))();
  });
});

describe('a client that Percipio answers with 429', () => {
  for (const [what, headers, leastMs] of [
    ['Retry-After', { 'retry-after': '0.06' }, 60],
    ['nothing that says how long', {}, 40],
  ] as const) {
    it(`and ${what} sends nothing at all during the pause, not even reports and writes`, async (t) => {
      const simulator = await startSimulator(t, { users: 5, courses: 5, activityRows: 0 });
      const { url, organizationId, token } = simulator;
      const hasHeard = Promise.withResolvers<void>();
      // The first wait of its own choice lasts from a half of delayMinMs on.
      const client = createTestClient(t, url, {
        organizationId,
        token,
        retry: { attemptsMax: 4, delayMinMs: 80, delayMaxMs: 80 },
        logger: pino({ level: 'warn' }, { write: () => hasHeard.resolve() }),
      });
      simulator.faults.add({ kind: 'status', status: 429, headers });
      const refused = client.users.list({ max: 1, offset: 0 }, never);
      await hasHeard.promise;
      await Promise.all([
        refused,
        client.content.listCatalog({ max: 1 }, never),
        client.reports.requestLearningActivity({ timeFrame: 'DAY' }, never),
        client.users.update(simulator.data.users[0]?.id ?? '', { lastName: 'New' }, never),
      ]);
      const [first, ...others] = simulator.requests.all;
      assert.equal(first?.status, 429);
      assert.equal(others.length, 4);
      for (const { startedMs, path } of others) {
        // From its arrival: when it was answered is noted too late to measure by.
        const laterMs = startedMs - first.startedMs;
        assert.ok(laterMs >= leastMs - early, `${path} came ${laterMs} ms later`);
      }
    });
  }

  it('and a Retry-After longer than a call sits out fails all calls without sending them, and says why', async (t) => {
    const simulator = await startSimulator(t, { users: 5, courses: 5, activityRows: 0 });
    const { url, organizationId, token } = simulator;
    const client = createTestClient(t, url, { organizationId, token });
    simulator.faults.add({ kind: 'status', status: 429, headers: { 'retry-after': '600' } });
    await captureError(client.users.list({ max: 1, offset: 0 }, never));
    const error = await captureError(client.content.listCatalog({ max: 1 }, never));
    assert.equal(simulator.requests.total, 1);
    assert.match(error.message, /catalog-content.* was not sent: Percipio has asked for a pause, which lasts 600 more/);
    assert.ok((error.retryAfterMs ?? 0) > 590_000);
    assert.deepEqual([error.isUnprocessed, error.isTransient], [true, true]);
  });
});
