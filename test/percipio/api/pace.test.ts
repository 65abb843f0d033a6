import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { pino } from 'pino';
import { Pace, type PaceClock, type PaceOptions } from '../../../src/percipio/api/pace.ts';
import { startSimulator } from '../../simulator/percipio/start-simulator.ts';
import { captureError } from './capture-error.ts';
import { createTestClient, never } from './start-server.ts';

const retry = { delayMinMs: 40, delayMaxMs: 160 };

/** A clock that moves only by `passMs`, which resolves the pauses that end in that time. */
class TestClock implements PaceClock {
  #nowMs = 0;
  #waiting: { readonly untilMs: number; readonly wake: () => void }[] = [];

  readonly now = () => this.#nowMs;

  readonly pause = (delayMs: number, signal: AbortSignal) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    this.#waiting.push({ untilMs: this.#nowMs + delayMs, wake: resolve });
    return promise;
  };

  async passMs(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1) {
      this.#nowMs += 1;
      for (const { wake } of this.#waiting.filter(({ untilMs }) => untilMs <= this.#nowMs)) wake();
      this.#waiting = this.#waiting.filter(({ untilMs }) => untilMs > this.#nowMs);
      await turn();
    }
  }
}

/** A pace, and `enter`, which records in `entered` who has entered, and when. */
function createPace(options: Partial<PaceOptions>) {
  const clock = new TestClock();
  const pace = new Pace({ maxConcurrent: 8, retry, ...options }, clock);
  const entered: { readonly name: string; readonly atMs: number; readonly leave: () => void }[] = [];
  const enter = (name: string, { isBeside = false, signal = never } = {}) => {
    const entry = pace.enter(isBeside, signal).then((leave) => {
      entered.push({ name, atMs: clock.now(), leave });
    });
    entry.catch(() => {});
    return entry;
  };
  const names = () => entered.map(({ name }) => name).join(' ');
  return { pace, clock, enter, entered, names };
}

describe('Pace', () => {
  it('lets in at most maxConcurrent, in the order of arrival', async () => {
    const { enter, entered, names } = createPace({ maxConcurrent: 2 });
    for (const name of ['a', 'b', 'c', 'd']) void enter(name);
    await turn();
    assert.equal(names(), 'a b');
    entered[1]?.leave();
    await turn();
    assert.equal(names(), 'a b c');
    entered[0]?.leave();
    await turn();
    assert.equal(names(), 'a b c d');
  });

  it('does not count what comes beside', async () => {
    const { enter, names } = createPace({ maxConcurrent: 1 });
    await enter('list');
    await enter('report', { isBeside: true });
    assert.equal(names(), 'list report');
  });

  it('a request that is aborted while it waits takes no turn', async () => {
    const { enter, entered } = createPace({ maxConcurrent: 1 });
    await enter('first');
    const abort = new AbortController();
    const gone = enter('gone', { signal: abort.signal });
    const next = enter('next');
    abort.abort(new Error('gone'));
    await assert.rejects(gone, /gone/);
    entered[0]?.leave();
    await next;
  });

  it('a request that is aborted during a pause returns its turn', async () => {
    const { pace, clock, enter, names } = createPace({ maxConcurrent: 1 });
    pace.pause(20);
    const abort = new AbortController();
    const gone = enter('gone', { signal: abort.signal });
    await turn();
    abort.abort(new Error('gone'));
    await assert.rejects(gone, /gone/);
    void enter('next');
    await clock.passMs(20);
    assert.equal(names(), 'next');
  });

  it('lets nothing in during a pause, not even what comes beside', async () => {
    const { pace, clock, enter, names } = createPace({ retry: { delayMinMs: 0, delayMaxMs: 0 } });
    pace.pause(20);
    void enter('list');
    void enter('report', { isBeside: true });
    await clock.passMs(19);
    assert.equal(names(), '');
    await clock.passMs(1);
    assert.equal(names(), 'report list');
  });

  it('a shorter pause does not end a longer one', async () => {
    const { pace, clock } = createPace({});
    pace.pause(100);
    await clock.passMs(10);
    pace.pause(1);
    assert.equal(pace.pauseLeftMs, 90);
  });

  it('no pause is longer than an hour', () => {
    const { pace } = createPace({});
    pace.pause(24 * 3_600_000);
    assert.equal(pace.pauseLeftMs, 3_600_000);
  });

  /** The gaps between three requests that wait for the end of a pause, in milliseconds. */
  async function gapsAfterPause({ pace, clock, enter, entered }: ReturnType<typeof createPace>, pauses: number) {
    for (let i = 0; i < pauses; i += 1) pace.pause(5);
    entered.length = 0;
    for (const name of ['a', 'b', 'c']) void enter(name).then(() => entered.at(-1)?.leave());
    await clock.passMs(200);
    const [first = 0, second = 0, third = 0] = entered.map(({ atMs }) => atMs);
    return [second - first, third - second];
  }

  it('after a pause requests start one by one, and the gap doubles with the next pause, up to a maximum', async () => {
    const paced = createPace({});
    for (const gapMs of [10, 20, 40, 40]) assert.deepEqual(await gapsAfterPause(paced, 1), [gapMs, gapMs]);
  });

  it('concurrent requests that are refused together make one pause: the gap doubles once', async () => {
    const paced = createPace({});
    for (const gapMs of [10, 20]) assert.deepEqual(await gapsAfterPause(paced, 3), [gapMs, gapMs]);
  });

  it('with each response the gap shrinks by a fifth, until there is none', async () => {
    const paced = createPace({ retry: { delayMinMs: 400, delayMaxMs: 400 } });
    const { pace } = paced;
    for (const [answers, gapMs] of [
      [1, 80],
      [2, 64],
      [20, 0],
    ] as const) {
      // The first gap is also the longest: each pause sets it to 100 ms.
      pace.pause(1);
      for (let answer = 0; answer < answers; answer += 1) pace.recover();
      assert.deepEqual(await gapsAfterPause(paced, 0), [gapMs, gapMs]);
    }
  });
});

describe('a client that Percipio answers with 429', () => {
  for (const [what, headers] of [
    ['Retry-After', { 'retry-after': '100' }],
    ['nothing that says how long', {}],
  ] as const) {
    it(`and ${what} sends nothing at all during the pause, not even reports and writes`, async (t) => {
      const simulator = await startSimulator(t, { users: 5, courses: 5, activityRows: 0 });
      const { url, organizationId, token } = simulator;
      const hasHeard = Promise.withResolvers<void>();
      const client = createTestClient(t, url, {
        organizationId,
        token,
        retry: { attemptsMax: 4, delayMinMs: 60_000, delayMaxMs: 60_000 },
        logger: pino({ level: 'warn' }, { write: () => hasHeard.resolve() }),
      });
      simulator.faults.add({ kind: 'status', status: 429, headers });
      const abort = new AbortController();
      const refused = client.users.list({ max: 1, offset: 0 }, abort.signal);
      await hasHeard.promise;
      const calls = Promise.allSettled([
        refused,
        client.content.listCatalog({ max: 1 }, abort.signal),
        client.reports.requestLearningActivity({ timeFrame: 'DAY', contentType: 'Course' }, abort.signal),
        client.users.update(simulator.data.users[0]?.id ?? '', { lastName: 'New' }, abort.signal),
      ]);
      // When a later request of another client is answered, an earlier one of this client would have arrived.
      await createTestClient(t, url, { organizationId, token }).users.list({ max: 1, offset: 0 }, never);
      assert.equal(simulator.requests.total, 2);
      abort.abort(new Error('enough'));
      for (const { status } of await calls) assert.equal(status, 'rejected');
      assert.equal(simulator.requests.total, 2);
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
    assert.match(
      error.message,
      /catalog-content.* was not sent: Percipio asked for a pause, which lasts another 10 min/,
    );
    assert.ok((error.retryAfterMs ?? 0) > 590_000);
    assert.deepEqual([error.isUnprocessed, error.isTransient], [true, true]);
  });
});
