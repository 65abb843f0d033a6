import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Logger } from 'pino';
import { ServiceError } from '../../../src/baton/author/service-error.ts';
import { Waits } from '../../../src/baton/net/waits.ts';
import { PercipioError } from '../../../src/percipio/api/percipio-error.ts';
import { pollDelayMs, pollReport, warnOfUnknownStatus } from '../../../src/percipio/report/poll-report.ts';
import { defaultTiming } from '../../../src/percipio/timing.ts';
import { passingFailures } from '../../../src/simulator/percipio/http/passing-failures.ts';
import type { PercipioSimulator } from '../../../src/simulator/percipio/percipio-simulator.ts';
import type { PercipioSimulatorOptions } from '../../../src/simulator/percipio/simulator-options.ts';
import { READY_AT_ONCE, startSimulator } from '../../simulator/percipio/start-simulator.ts';
import { createTestClient } from '../api/start-server.ts';
import { quickTiming } from '../start-connector.ts';

/** When a report is polled, in ms from its request, up to its timeout, if each poll takes a time and none is early. */
function pollTimes(timeoutMs: number, pollMs = 0): number[] {
  const times: number[] = [];
  let nowMs = pollDelayMs(0, timeoutMs, defaultTiming);
  while (nowMs < timeoutMs) {
    times.push(nowMs);
    nowMs += pollMs;
    nowMs += pollDelayMs(times.length, timeoutMs - nowMs, defaultTiming);
  }
  return times;
}

test('polls come after 1 s, then ever later, and then every minute', () => {
  const seconds = pollTimes(18_000_000).map((ms) => ms / 1000);
  assert.deepEqual(seconds.slice(0, 10), [1, 3, 7, 15, 31, 63, 123, 183, 243, 303]);
  assert.ok(seconds.slice(7, -1).every((second, index) => second - (seconds[index + 6] ?? 0) === 60));
});

test('a report that is ready after two seconds is fetched after three', () => {
  assert.equal(
    pollTimes(18_000_000).find((ms) => ms >= 2000),
    3000,
  );
});

test('no report waits longer than it took to generate, or a minute, and costs at most four polls more than every minute', () => {
  const times = pollTimes(18_000_000);
  for (let readyMs = 1000; readyMs < 17_000_000; readyMs += readyMs < 200_000 ? 100 : 9973) {
    const index = times.findIndex((ms) => ms >= readyMs);
    const fetchedMs = times[index] ?? Number.POSITIVE_INFINITY;
    assert.ok(fetchedMs - readyMs <= Math.min(readyMs + 1000, 60_000), `${readyMs} ms: fetched after ${fetchedMs}`);
    assert.ok(index + 1 <= 1 + Math.ceil(readyMs / 60_000) + 4, `${readyMs} ms: ${index + 1} polls`);
  }
});

for (const [timeoutMs, pollMs, expected] of [
  [20_000, 0, [1000, 3000, 7000, 15_000, 19_000]],
  [20_000, 100, [1000, 3100, 7200, 15_300, 19_000]],
  [16_500, 0, [1000, 3000, 7000, 15_000, 15_500]],
  [2500, 0, [1000, 1500]],
  [1000, 0, [500]],
  [1, 0, [0.5]],
] as const) {
  test(`a timeout of ${timeoutMs} ms, with polls of ${pollMs} ms: the last poll comes up to a second before it`, () => {
    assert.deepEqual(pollTimes(timeoutMs, pollMs), expected);
  });
}

const never = new AbortController().signal;
const notNeeded = new Promise<never>(() => {});

interface Polled {
  readonly simulator: PercipioSimulator;
  readonly warnings: Record<string, unknown>[];
  readonly statuses: string[];
  readonly text: Promise<string>;
}

/** Requests a report with the body `[]` and polls it until it is ready. */
async function poll(
  t: TestContext,
  options: PercipioSimulatorOptions,
  change: Partial<Pick<Parameters<typeof pollReport>[1], 'timeoutMs' | 'isNeeded' | 'timing' | 'clock' | 'waits'>> & {
    readonly signal?: AbortSignal;
    before?(simulator: PercipioSimulator): void;
    onPoll?(): void;
  } = {},
): Promise<Polled> {
  const simulator = await startSimulator(t, { users: 0, courses: 0, activityRows: 0, ...options });
  const { url, organizationId, token } = simulator;
  const { reports } = createTestClient(t, url, { organizationId, token });
  const { value } = await reports.requestLearningActivity({ timeFrame: 'DAY', contentType: 'Course' }, never);
  const { before, onPoll, signal = never, ...others } = change;
  before?.(simulator);
  const warnings: Record<string, unknown>[] = [];
  const statuses: string[] = [];
  const logger = { warn: (fields: object, message: string) => void warnings.push({ ...fields, message }) } as Logger;
  const text = pollReport(
    value.id,
    {
      name: 'activity report',
      timeoutAdvice: 'Allow more time (--report-timeout) or request less (--report-lookback)',
      reports: () => {
        onPoll?.();
        return reports;
      },
      logger,
      timing: quickTiming,
      timeoutMs: 60_000,
      isNeeded: notNeeded,
      onStatus: (status) => statuses.push(status),
      ...others,
    },
    signal,
  ).then((body) => new Response(ReadableStream.from(body)).text());
  text.catch(() => {});
  return { simulator, warnings, statuses, text };
}

const pollsOf = (simulator: PercipioSimulator) => simulator.requests.of({ method: 'GET' }).length;

test('every known status is waited for, in any spelling, without a warning', async (t) => {
  const { text, statuses, warnings } = await poll(t, {
    reportPolls: { pending: 1, inProgress: 2, empty: 1, completed: 2 },
    reportStatuses: { pending: 'pending', inProgress: 'In-Progress', completed: 'Processed' },
    reportIdName: 'reportId',
    reportRequestAnswers: 202,
  });
  assert.equal(await text, '[]');
  assert.deepEqual(statuses, ['pending', 'In-Progress', 'In-Progress', 'PENDING', 'Processed', 'Processed']);
  assert.deepEqual(warnings, []);
});

test('an unknown status is waited for, with one warning', async (t) => {
  const { text, statuses, warnings } = await poll(t, { reportPolls: { pending: 0, inProgress: 0, unknown: 3 } });
  assert.equal(await text, '[]');
  assert.deepEqual(statuses, ['QUEUED', 'QUEUED', 'QUEUED']);
  assert.deepEqual(
    warnings.map(({ status, message }) => [status, message]),
    [['QUEUED', 'the activity report has an unknown status; waiting for it']],
  );
});

/** A body that is cut off is a download that breaks: the report is ready. */
const failedPolls = passingFailures().filter(([name]) => name !== 'cutJson');

test('a status that changes with every poll does not fill the log', () => {
  const statuses: unknown[] = [];
  const logger = { warn: ({ status }: { status: unknown }) => void statuses.push(status) } as unknown as Logger;
  const warned = new Set<string>();
  for (let poll = 0; poll < 100; poll += 1) {
    const pending = { state: 'pending', status: `STEP ${poll}`, isKnown: false, rateLimit: undefined } as const;
    warnOfUnknownStatus(pending, { id: 'r1', name: 'activity report' }, warned, logger);
  }
  assert.equal(statuses.length, 20);
});

for (const [name, failure] of failedPolls) {
  test(`a report survives polls that fail with ${name}, however often`, async (t) => {
    // More often than the client retries within a poll.
    const before = (simulator: PercipioSimulator) =>
      void simulator.faults.add({ ...failure, times: 9, match: { method: 'GET' } });
    const { simulator, text, warnings } = await poll(t, READY_AT_ONCE, { before });
    assert.equal(await text, '[]');
    assert.equal(pollsOf(simulator), 10);
    assert.ok(warnings.length > 1 || name === 'empty', `${warnings.length} warnings`);
  });
}

for (const [status, kind] of [
  [401, 'http'],
  [403, 'http'],
  [404, 'report-expired'],
  [501, 'http'],
] as const) {
  test(`a poll that is answered ${status} ends the wait at once`, async (t) => {
    const before = (simulator: PercipioSimulator) =>
      void simulator.faults.add({ kind: 'status', status, match: { method: 'GET' } });
    const { simulator, text } = await poll(t, READY_AT_ONCE, { before });
    await assert.rejects(text, (error) => error instanceof PercipioError && error.kind === kind);
    assert.equal(pollsOf(simulator), 1);
  });
}

/**
 * Polls a report until its time is over, and once more with more time if `isEnough` does not hold by then: a slow machine
 * gets no answer in a short time.
 * @returns The error as well.
 */
async function pollUntilTimeout(
  t: TestContext,
  options: PercipioSimulatorOptions,
  { isEnough, ...change }: Parameters<typeof poll>[2] & { isEnough(polled: Polled): boolean },
): Promise<Polled & { readonly timeoutMs: number; readonly error: ServiceError }> {
  for (let timeoutMs = 50; ; timeoutMs *= 2) {
    const polled = await poll(t, options, { ...change, timeoutMs });
    const error = await polled.text.then(
      () => assert.fail('the report was ready'),
      (failure: unknown) => failure,
    );
    assert.ok(error instanceof ServiceError);
    assert.equal(error.reason, 'report_timeout');
    if (isEnough(polled)) return { ...polled, timeoutMs, error };
    assert.ok(timeoutMs < 20_000, 'nothing happens, however long the time is');
  }
}

test('timeoutMs ends the wait between two polls, and says what the last one brought', async (t) => {
  const forever = { pending: 0, inProgress: 0, unknown: Number.POSITIVE_INFINITY };
  const { error, timeoutMs } = await pollUntilTimeout(
    t,
    { reportPolls: forever },
    {
      timing: { reportPollMinMs: 1, reportPollMaxMs: 60_000 },
      isEnough: ({ statuses }) => statuses.length > 0,
    },
  );
  assert.ok(
    error.rawMessage.includes(` within ${timeoutMs < 1000 ? `${timeoutMs} ms` : `${timeoutMs / 1000} seconds`}: `),
  );
  assert.match(error.rawMessage, /has not generated the activity report \S+ within .*: its status is QUEUED\./);
  assert.match(error.rawMessage, /--report-timeout.*--report-lookback/);
});

test('timeoutMs ends a poll that is not answered', async (t) => {
  const { error, simulator } = await pollUntilTimeout(t, READY_AT_ONCE, {
    before: ({ faults }) => void faults.add({ kind: 'stall', match: { method: 'GET' } }),
    isEnough: ({ simulator }) => pollsOf(simulator) > 0,
  });
  assert.match(error.rawMessage, / within .*: no poll was answered/);
  await simulator.requests.waitFor(({ method, outcome }) => method === 'GET' && outcome === 'aborted');
});

test('timeoutMs ends polls that fail, and says how', async (t) => {
  const { error } = await pollUntilTimeout(t, READY_AT_ONCE, {
    before: ({ faults }) =>
      void faults.add({ kind: 'status', status: 520, times: Number.POSITIVE_INFINITY, match: { method: 'GET' } }),
    isEnough: ({ statuses }) => statuses.length > 0,
  });
  assert.match(error.rawMessage, /: the last poll failed: GET \S+ answered 520/);
});

/** A clock without real waits: it goes on by what is waited for. `wait` is called before each. */
function createClock(wait: (delayMs: number) => void = () => {}) {
  const clock = {
    ms: 0,
    now: () => clock.ms,
    pause: async (delayMs: number, signal: AbortSignal) => {
      wait(delayMs);
      // After what is resolved already.
      await new Promise(setImmediate);
      signal.throwIfAborted();
      clock.ms += delayMs;
    },
  };
  return clock;
}

/** When a report was polled that takes a time to generate, in ms from its request. */
async function timesOf(t: TestContext, readyMs: number, isNeeded: Promise<void>): Promise<number[]> {
  const clock = createClock();
  const times: number[] = [];
  const options = { ...READY_AT_ONCE, reportDelayMs: readyMs, now: () => clock.ms };
  const { text, simulator } = await poll(t, options, {
    timing: defaultTiming,
    timeoutMs: 18_000_000,
    isNeeded,
    clock,
    onPoll: () => times.push(clock.ms),
  });
  assert.equal(await text, '[]');
  assert.equal(pollsOf(simulator), times.length);
  return times;
}

test('polls come when they are due', async (t) => {
  assert.deepEqual(await timesOf(t, 2000, notNeeded), [1000, 3000]);
  assert.deepEqual(
    await timesOf(t, 200_000, notNeeded),
    [1000, 3000, 7000, 15_000, 31_000, 63_000, 123_000, 183_000, 243_000],
  );
});

test('a report that is needed is polled at once, and then as if it had not been', async (t) => {
  assert.deepEqual(await timesOf(t, 0, Promise.resolve()), [0]);
  assert.deepEqual(await timesOf(t, 2000, Promise.resolve()), [0, 1000, 3000]);
});

test('a Retry-After that is longer than the client waits puts off the next poll', async (t) => {
  const waits: number[] = [];
  const stop = new AbortController();
  const clock = createClock((delayMs) => {
    waits.push(delayMs);
    if (waits.length === 2) stop.abort(new Error('enough'));
  });
  const fault = { kind: 'status', status: 503, headers: { 'retry-after': '200' }, match: { method: 'GET' } } as const;
  const before = ({ faults }: PercipioSimulator) => void faults.add(fault);
  const { text } = await poll(t, READY_AT_ONCE, { before, clock, signal: stop.signal });
  await assert.rejects(text, /enough/);
  assert.equal(waits[0], 1);
  assert.ok((waits[1] ?? 0) > 190_000, String(waits));
});

test('what is waited for is shown: the status, how long at most, and when the next poll comes', async (t) => {
  const waits = new Waits(() => 0);
  const shown: unknown[] = [];
  const stop = new AbortController();
  const pause = async () => {
    shown.push(...waits.list());
    if (shown.length === 3) stop.abort(new Error('stop'));
    stop.signal.throwIfAborted();
  };
  const { text } = await poll(
    t,
    { reportPolls: { pending: 0, inProgress: 9 } },
    {
      ...{ waits, signal: stop.signal, timing: defaultTiming, timeoutMs: 18_000_000 },
      clock: { now: () => 0, pause },
      before: ({ faults }) => {
        const asksForAnHour = { kind: 'status', status: 429, headers: { 'retry-after': '3600' } } as const;
        faults.add({ match: { method: 'GET' }, skip: 1, ...asksForAnHour });
      },
    },
  );
  await assert.rejects(text, /stop/);
  const common = { what: 'waiting for the activity report', atMostMs: 18_000_000, sinceMs: 0, retryAtMs: undefined };
  assert.deepEqual(shown, [
    { ...common, state: 'requested', nextCheckAtMs: 1000 },
    { ...common, state: 'IN_PROGRESS', nextCheckAtMs: 2000 },
    { ...common, state: 'Percipio asked to wait 60 min (429)', nextCheckAtMs: 3_600_000 },
  ]);
  assert.deepEqual(waits.list(), []);
});
