import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from '../../../src/baton/author/context.ts';
import { ServiceError } from '../../../src/baton/author/service-error.ts';
import { PercipioError } from '../../../src/percipio/api/percipio-error.ts';
import {
  type ActivityReport,
  type ActivityReportOptions,
  createActivityReport,
} from '../../../src/percipio/report/activity-report.ts';
import { activityMapping } from '../../../src/percipio/report/request-report.ts';
import { ReusableReport } from '../../../src/percipio/report/reusable-report.ts';
import type { WaitOptions } from '../../../src/percipio/report/sync-report.ts';
import type { PercipioSimulator } from '../../../src/simulator/percipio/percipio-simulator.ts';
import type { PercipioSimulatorOptions } from '../../../src/simulator/percipio/simulator-options.ts';
import { READY_AT_ONCE, startSimulator } from '../../simulator/percipio/start-simulator.ts';
import { createTestClient } from '../api/start-server.ts';
import { quickTiming, row, silentLogger, uuid } from '../start-connector.ts';

const dayMs = 86_400_000;
const [course, user, otherUser] = [uuid(1), uuid(101), uuid(102)];
const rows = JSON.stringify([row(course, user, 'Completed'), row(course, otherUser, 'Started')]);
const longWaitMs = 60_000;
const never = new AbortController().signal;
const forever = { pending: Number.POSITIVE_INFINITY };

/** A simulator whose next report has two rows. */
async function start(t: TestContext, options: PercipioSimulatorOptions = READY_AT_ONCE): Promise<PercipioSimulator> {
  const simulator = await startSimulator(t, { users: 0, courses: 0, activityRows: 0, ...options });
  simulator.setReport('next', rows);
  return simulator;
}

/** A report that has not begun. */
function create(
  t: TestContext,
  simulator: PercipioSimulator,
  options: Partial<ActivityReportOptions> = {},
): ActivityReport {
  const { url: baseUrl, organizationId, token } = simulator;
  const client = createTestClient(t, baseUrl, { organizationId, token });
  const report = createActivityReport({
    reports: () => client.reports,
    logger: silentLogger,
    contentType: 'Course,Assessment',
    lookbackMs: 365 * dayMs,
    timeoutMs: longWaitMs,
    timing: quickTiming,
    syncedIds: async () => ({ users: [user, otherUser], courses: undefined }),
    isMapped: false,
    reusable: new ReusableReport(),
    isListing: () => false,
    ...options,
  });
  t.after(() => report.close());
  return report;
}

function load(
  t: TestContext,
  simulator: PercipioSimulator,
  { id, ...options }: Partial<ActivityReportOptions> & { id?: string } = {},
): ActivityReport {
  const report = create(t, simulator, options);
  report.begin(id, undefined);
  return report;
}

const patiently: WaitOptions = { waitMs: longWaitMs, signal: never, onProgress: () => {}, mayReturnEarly: false };
const polls = (simulator: PercipioSimulator) => simulator.requests.of({ method: 'GET' });
const firstPoll = (simulator: PercipioSimulator) => simulator.requests.waitFor(({ method }) => method === 'GET');

async function captureFailure(report: ActivityReport): Promise<unknown> {
  return await report.wait(patiently).then(
    () => assert.fail('the report was loaded'),
    (error: unknown) => error,
  );
}

test('a report is requested with the lookback before now, on courses and assessments', async (t) => {
  const simulator = await start(t);
  const beforeMs = Date.now();
  await load(t, simulator, { lookbackMs: 90 * dayMs }).wait(patiently);
  const [request, ...others] = simulator.requests.of({ method: 'POST' });
  assert.deepEqual(others, []);
  const { start: from, end: until, contentType } = (request?.body ?? {}) as Record<string, string>;
  assert.equal(contentType, 'Course,Assessment');
  assert.equal(Date.parse(until ?? '') - Date.parse(from ?? ''), 90 * dayMs);
  assert.ok(Date.parse(until ?? '') >= beforeMs && Date.parse(until ?? '') <= Date.now());
});

test('a report that is loaded gives its index, again and again', async (t) => {
  const report = load(t, await start(t));
  const index = await report.wait(patiently);
  assert.equal(index?.countOf(course), 2);
  assert.equal(await report.wait({ ...patiently, waitMs: 0 }), index);
});

test('polls go on through PENDING, IN_PROGRESS and empty bodies', async (t) => {
  const simulator = await start(t, { reportPolls: { pending: 2, inProgress: 2, empty: 2 } });
  const index = await load(t, simulator).wait(patiently);
  assert.equal(index?.countOf(course), 2);
  assert.equal(polls(simulator).length, 7);
});

/** A request that begins later than whatever the report under test has begun. */
async function requestAnother(t: TestContext, simulator: PercipioSimulator): Promise<void> {
  await create(t, simulator).prefetch(never);
}

const lateTiming = { ...quickTiming, reportPollMinMs: longWaitMs, reportPollMaxMs: longWaitMs };

test('a report is not asked for while the sync has other things to do', async (t) => {
  const simulator = await start(t);
  let isListing = true;
  const report = load(t, simulator, { timing: lateTiming, isListing: () => isListing });
  assert.equal(await report.wait({ ...patiently, mayReturnEarly: true }), undefined);
  assert.ok(report.id);
  await requestAnother(t, simulator);
  assert.equal(polls(simulator).length, 0);
  isListing = false;
  assert.equal((await report.wait({ ...patiently, mayReturnEarly: true }))?.countOf(course), 2);
  assert.equal(polls(simulator).length, 1);
});

test('who cannot wait for the lists has it asked for at once', async (t) => {
  const simulator = await start(t);
  const report = load(t, simulator, { timing: lateTiming, isListing: () => true });
  assert.equal((await report.wait(patiently))?.countOf(course), 2);
});

test('reportPollMinMs: it is asked for by then, though nobody waits', async (t) => {
  const simulator = await start(t);
  load(t, simulator, { timing: { ...quickTiming, reportPollMinMs: 2 } });
  await firstPoll(simulator);
});

test('close ends the wait before the first poll', async (t) => {
  const simulator = await start(t);
  const report = load(t, simulator, { timing: lateTiming, isListing: () => true });
  await report.wait({ ...patiently, mayReturnEarly: true });
  report.close();
  assert.equal(await report.wait(patiently), undefined);
  assert.equal(polls(simulator).length, 0);
});

test('a wait that is over before the report is ready gives nothing, and loading goes on', async (t) => {
  const clock = { ms: Date.now() };
  const simulator = await start(t, { ...READY_AT_ONCE, reportDelayMs: 1000, now: () => clock.ms });
  const report = load(t, simulator);
  await firstPoll(simulator);
  assert.equal(await report.wait({ ...patiently, waitMs: 0 }), undefined);
  assert.equal(await report.wait({ ...patiently, waitMs: 1 }), undefined);
  clock.ms += 1000;
  assert.equal((await report.wait(patiently))?.countOf(course), 2);
});

test('loadsInBackground: without it, a report is only asked for while somebody waits', async (t) => {
  const simulator = await start(t, { reportPolls: { pending: 2, inProgress: 0 } });
  const report = load(t, simulator, { loadsInBackground: false });
  // What it does by itself, it does before another report is requested.
  await requestAnother(t, simulator);
  await requestAnother(t, simulator);
  assert.equal(polls(simulator).length, 0);
  assert.ok(await report.wait(patiently));
  assert.equal(polls(simulator).length, 3);
});

test('loadsInBackground: without it, who waits does not leave during the download', async (t) => {
  const simulator = await start(t);
  simulator.faults.add({ kind: 'stall', match: { method: 'GET' }, afterBytes: 80 });
  const report = load(t, simulator, { loadsInBackground: false });
  const first = new AbortController();
  const waiting = report.wait({ ...patiently, signal: first.signal });
  while (report.state.phase !== 'ready') await nextTurn();
  const second = new AbortController();
  const leaving = report.wait({ ...patiently, waitMs: 0, signal: second.signal });
  // Its time is over in the next moment, and the download is not.
  await sleep(10);
  const deadline = new Error('the deadline of the call');
  for (const stop of [first, second]) stop.abort(deadline);
  await assert.rejects(waiting, deadline);
  await assert.rejects(leaving, deadline);
});

test('a report that is loaded by its id is not requested', async (t) => {
  const simulator = await start(t);
  const first = load(t, simulator);
  await first.wait(patiently);
  assert.ok(first.id);
  const index = await load(t, simulator, { id: first.id }).wait(patiently);
  assert.equal(index?.countOf(course), 2);
  assert.equal(simulator.requests.of({ method: 'POST' }).length, 1);
});

test('who waits hears how far it is', async (t) => {
  const simulator = await start(t, { reportPolls: { pending: 1, inProgress: 1 } });
  const told: (string | undefined)[] = [];
  let last: { bytes?: number | undefined; rows?: number | undefined } = {};
  const onProgress = (progress: Progress) => {
    assert.equal(progress.work, 'activity report');
    told.push(progress.status);
    last = progress;
  };
  await load(t, simulator).wait({ ...patiently, onProgress });
  // Before that, it is being requested; nobody may be waiting yet.
  assert.deepEqual([...new Set(told)].slice(-3), ['PENDING', 'IN_PROGRESS', 'downloading']);
  assert.deepEqual([last.bytes, last.rows], [rows.length, 2]);
});

test('rows of users and courses that the sync does not hold are counted and give nothing', async (t) => {
  const simulator = await start(t);
  simulator.setReport('next', rows);
  const syncedIds = async () => ({ users: [user], courses: [course] });
  const index = await load(t, simulator, { syncedIds }).wait(patiently);
  assert.deepEqual([index?.countOf(course), index?.counts.unknownUsers], [1, 1]);
  const noCourse = async () => ({ users: [user], courses: [uuid(9)] });
  const none = await load(t, simulator, { syncedIds: noCourse }).wait(patiently);
  assert.deepEqual([none?.countOf(course), none?.counts.unknownCourses], [0, 2]);
});

test('ids that cannot be read fail the call, and are asked for again by the next one', async (t) => {
  const simulator = await start(t);
  let calls = 0;
  const syncedIds = async () => {
    calls += 1;
    if (calls === 1) throw new Error('the users cannot be listed');
    return { users: [user] };
  };
  const report = load(t, simulator, { syncedIds });
  assert.match(String(await captureFailure(report)), /users cannot be listed/);
  assert.equal((await report.wait(patiently))?.countOf(course), 1);
  assert.deepEqual([polls(simulator).length, calls], [1, 2]);
});

test('a report that is read before the sync has listed all gives its index afterwards', async (t) => {
  let isListing = false;
  let reads = 0;
  const syncedIds = async () => {
    reads += 1;
    return { users: [user] };
  };
  const report = load(t, await start(t), { syncedIds, isListing: () => isListing });
  // The listing begins while the report is downloaded.
  const onProgress = () => (isListing = true);
  assert.equal(await report.wait({ ...patiently, mayReturnEarly: true, onProgress }), undefined);
  assert.deepEqual([report.state.phase, reads], ['scanned', 0]);
  isListing = false;
  const index = await report.wait({ ...patiently, mayReturnEarly: true });
  assert.equal(index?.countOf(course), 1);
  assert.equal(await report.wait(patiently), index);
  assert.equal(reads, 1);
});

test('a report that Percipio gives up on fails with its status', async (t) => {
  const simulator = await startSimulator(t, { users: 0, courses: 0, activityRows: 0, reportFails: true });
  const report = load(t, simulator);
  const error = await captureFailure(report);
  assert.ok(error instanceof PercipioError);
  assert.equal(error.kind, 'report-failed');
  assert.match(error.message, /FAILED/);
  assert.deepEqual(report.state, { phase: 'failed', id: report.id, error, isSeen: true });
});

test('a failure that nobody was waiting for goes to the next caller', async (t) => {
  const simulator = await startSimulator(t, { users: 0, courses: 0, activityRows: 0, reportFails: true });
  const report = load(t, simulator, { isListing: () => true });
  assert.equal(await report.wait({ ...patiently, mayReturnEarly: true }), undefined);
  while (report.state.phase !== 'failed') {
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(report.state.isSeen, false);
  report.begin(undefined, undefined);
  assert.equal(report.state.phase, 'failed');
  assert.match(String(await captureFailure(report)), /FAILED/);
  assert.ok(report.state.isSeen);
});

test('a report that is gone fails as expired', async (t) => {
  const error = await captureFailure(load(t, await start(t), { id: uuid(5) }));
  assert.ok(error instanceof PercipioError);
  assert.equal(error.kind, 'report-expired');
});

test('timeoutMs: a report that takes longer fails with its id, its status and what to set', async (t) => {
  const simulator = await start(t, { reportPolls: forever });
  // A slow machine gets no status within a short time.
  for (let timeoutMs = 20; ; timeoutMs *= 2) {
    const report = load(t, simulator, { timeoutMs });
    const error = await captureFailure(report);
    assert.ok(error instanceof ServiceError);
    assert.equal(error.reason, 'report_timeout');
    if (error.rawMessage.includes('no poll was answered') && timeoutMs < 20_000) continue;
    assert.match(error.rawMessage, /has not generated the activity report .* within .*: its status is PENDING\./);
    assert.match(error.rawMessage, /--report-timeout.*--report-lookback/);
    assert.ok(error.rawMessage.includes(report.id ?? 'no id'));
    break;
  }
});

test('a caller that goes away ends its own wait alone', async (t) => {
  const clock = { ms: Date.now() };
  const simulator = await start(t, { ...READY_AT_ONCE, reportDelayMs: 1000, now: () => clock.ms });
  const report = load(t, simulator);
  const controller = new AbortController();
  const leaving = report.wait({ ...patiently, signal: controller.signal });
  const staying = report.wait(patiently);
  await firstPoll(simulator);
  controller.abort(new Error('the caller went away'));
  await assert.rejects(leaving, /the caller went away/);
  clock.ms += 1000;
  assert.equal((await staying)?.countOf(course), 2);
});

test('close ends the request that is under way; who waits gets nothing, and can go on by the id', async (t) => {
  const simulator = await start(t, { ...READY_AT_ONCE });
  simulator.faults.add({ kind: 'stall', match: { method: 'GET' } });
  const report = load(t, simulator);
  const waiting = report.wait(patiently);
  await firstPoll(simulator);
  report.close();
  assert.equal(await waiting, undefined);
  await simulator.requests.waitFor(({ method, outcome }) => method === 'GET' && outcome === 'aborted');
  assert.deepEqual(report.state, { phase: 'closed', id: report.id });
  assert.ok(report.id);
});

for (const kind of ['truncate', 'reset'] as const) {
  test(`a download that breaks (${kind}) begins again, and gives each row once`, async (t) => {
    const simulator = await start(t);
    simulator.faults.add({ kind, match: { method: 'GET' }, times: 2, ...(kind === 'truncate' && { afterBytes: 80 }) });
    const index = await load(t, simulator).wait(patiently);
    assert.deepEqual([index?.countOf(course), index?.counts.rows], [2, 2]);
    assert.equal(polls(simulator).length, 3);
  });
}

test('a download that breaks three times fails', async (t) => {
  const simulator = await start(t);
  simulator.faults.add({ kind: 'truncate', match: { method: 'GET' }, times: 10, afterBytes: 80 });
  const error = await captureFailure(load(t, simulator));
  assert.ok(error instanceof PercipioError);
  assert.equal(error.kind, 'body');
  assert.equal(polls(simulator).length, 3);
});

test('a report whose JSON ends too early though its transfer does not is read three times, then fails', async (t) => {
  const simulator = await startSimulator(t, { users: 0, courses: 0, activityRows: 0, ...READY_AT_ONCE });
  simulator.setReport('next', rows.slice(0, -1));
  assert.match(String(await captureFailure(load(t, simulator))), /is cut off/);
  assert.equal(polls(simulator).length, 3);
});

test('claimSummary is true once, and not before there is one', async (t) => {
  const report = load(t, await start(t));
  assert.equal(report.claimSummary(), false);
  await report.wait(patiently);
  assert.deepEqual([report.claimSummary(), report.claimSummary()], [true, false]);
});

test('isMapped: only the fields that matter are asked for, and the report is read as ever', async (t) => {
  const simulator = await startSimulator(t, { users: 20, courses: 10, activityRows: 200, ...READY_AT_ONCE });
  const options = { syncedIds: async () => ({}), lookbackMs: 20 * 365 * dayMs };
  const [whole, mapped] = [load(t, simulator, options), load(t, simulator, { ...options, isMapped: true })];
  let [bytes, mappedBytes] = [0, 0];
  const index = await whole.wait({ ...patiently, onProgress: (progress) => (bytes = progress.bytes ?? 0) });
  const other = await mapped.wait({ ...patiently, onProgress: (progress) => (mappedBytes = progress.bytes ?? 0) });
  assert.ok(index && index.counts.rows > 100);
  assert.deepEqual(other?.counts, index.counts);
  assert.ok(mappedBytes * 5 < bytes, `${mappedBytes} bytes of ${bytes}`);
  const mappings = simulator.requests.of({ method: 'POST' }).map(({ body }) => (body as { mapping?: string }).mapping);
  assert.deepEqual(new Set(mappings), new Set([undefined, activityMapping({})]));
});

for (const [what, plant] of [
  ['refused with 422', (simulator) => simulator.faults.add({ kind: 'status', status: 422, match: { method: 'POST' } })],
  ['given up on', (simulator) => simulator.failReport('next')],
  ['answered with rows in lists', (simulator) => simulator.setReport('next', '[[{}],[{}]]')],
  ['answered with other fields', (simulator) => simulator.setReport('next', '[{"a":"1"},{"a":"2"}]')],
] as const satisfies [string, (simulator: PercipioSimulator) => unknown][]) {
  test(`isMapped: a report that is ${what} fails with the setting to leave out`, async (t) => {
    const simulator = await startSimulator(t, { users: 0, courses: 0, activityRows: 0, ...READY_AT_ONCE });
    plant(simulator);
    const error = await captureFailure(load(t, simulator, { isMapped: true }));
    assert.ok(error instanceof ServiceError);
    assert.equal(error.reason, 'report_mapping');
    assert.match(error.rawMessage, /Percipio was asked to map the report \(--report-mapping\): remove that setting$/);
  });
}

test('isMapped: what has other reasons does not blame the mapping', async (t) => {
  const simulator = await start(t);
  simulator.faults.add({ kind: 'status', status: 403, match: { method: 'POST' } });
  const error = await captureFailure(load(t, simulator, { isMapped: true }));
  assert.ok(error instanceof PercipioError);
});

test('a report goes from state to state, and begins once', async (t) => {
  const simulator = await start(t);
  let isListing = true;
  const report = load(t, simulator, { timing: lateTiming, isListing: () => isListing });
  const phases = [report.state.phase];
  assert.equal(await report.wait({ ...patiently, mayReturnEarly: true }), undefined);
  phases.push(report.state.phase);
  report.begin(undefined, undefined);
  phases.push(report.state.phase);
  const onProgress = ({ status }: Progress) => {
    if (status === 'downloading' && report.state.phase !== phases.at(-1)) phases.push(report.state.phase);
  };
  isListing = false;
  await report.wait({ ...patiently, onProgress });
  phases.push(report.state.phase);
  report.close();
  phases.push(report.state.phase);
  assert.deepEqual(phases, ['requested', 'pending', 'pending', 'ready', 'indexed', 'indexed']);
  assert.equal(simulator.requests.of({ method: 'POST' }).length, 1);
});

test('prefetch: a report is requested and nothing more, until it begins', async (t) => {
  const simulator = await start(t);
  const report = create(t, simulator);
  simulator.faults.add({ kind: 'status', status: 403, match: { method: 'POST' } });
  await assert.rejects(report.prefetch(never), /403/);
  assert.equal(report.state.phase, 'idle');
  await report.prefetch(never);
  const { id } = report;
  assert.deepEqual(report.state, { phase: 'prefetched', id });
  assert.equal(await report.wait({ ...patiently, waitMs: 0 }), undefined);
  assert.equal(polls(simulator).length, 0);
  report.begin(undefined, undefined);
  assert.equal((await report.wait(patiently))?.countOf(course), 2);
  assert.equal(report.id, id);
});

test('a report that was closed does not begin again', async (t) => {
  const report = load(t, await start(t));
  report.close();
  report.begin(undefined, undefined);
  assert.equal(report.state.phase, 'closed');
  assert.equal(await report.wait(patiently), undefined);
});

test('prefetch: a response that comes after the report has begun changes nothing', async (t) => {
  const simulator = await start(t);
  simulator.setReport('next', rows);
  simulator.faults.add({ kind: 'delay', delayMs: 200, match: { method: 'POST' } });
  const report = create(t, simulator);
  const prefetching = report.prefetch(never);
  await simulator.requests.waitFor(({ method }) => method === 'POST');
  report.begin(undefined, undefined);
  await report.wait(patiently);
  const { id } = report;
  await prefetching;
  assert.deepEqual([report.state.phase, report.id], ['indexed', id]);
});

test('a report that is tried again is not polled while the sync is still listing', async (t) => {
  const simulator = await start(t);
  simulator.faults.add({ kind: 'status', status: 403, match: { method: 'GET' } });
  let isListing = false;
  const report = load(t, simulator, { timing: lateTiming, isListing: () => isListing });
  assert.match(String(await captureFailure(report)), /403/);
  isListing = true;
  report.begin(undefined, undefined);
  assert.equal(await report.wait({ ...patiently, mayReturnEarly: true }), undefined);
  await requestAnother(t, simulator);
  assert.equal(polls(simulator).length, 1);
  assert.equal((await report.wait(patiently))?.countOf(course), 2);
});

test('callers that read the synced ids at the same time get one index, and one summary', async (t) => {
  const slow = Promise.withResolvers<void>();
  let reads = 0;
  const syncedIds = async () => {
    reads += 1;
    if (reads === 1) await slow.promise;
    return { users: [user] };
  };
  const report = load(t, await start(t), { syncedIds });
  const first = report.wait(patiently);
  const second = report.wait(patiently);
  const index = await second;
  assert.ok(report.claimSummary());
  slow.resolve();
  assert.equal(await first, index);
  assert.equal(report.claimSummary(), false);
});

test('a download that breaks waits for the report when Percipio is generating it again', async (t) => {
  const simulator = await start(t);
  simulator.faults.add({ kind: 'truncate', match: { method: 'GET' }, afterBytes: 80 });
  const again = [{ status: 'IN_PROGRESS' }, {}, { status: 'QUEUED' }];
  for (const body of again) simulator.faults.add({ kind: 'status', status: 200, body, match: { method: 'GET' } });
  const index = await load(t, simulator).wait(patiently);
  assert.equal(index?.counts.rows, 2);
  assert.equal(polls(simulator).length, 2 + again.length);
});

/** The id of a report of an earlier sync, and a report that uses it and has not begun. */
async function startGiven(t: TestContext, options?: PercipioSimulatorOptions) {
  const simulator = await start(t, options);
  const earlier = create(t, simulator);
  await earlier.prefetch(never);
  const { id = '' } = earlier;
  const reusable = new ReusableReport(id);
  return { simulator, id, reusable, report: create(t, simulator, { reusable }) };
}

const requests = (simulator: PercipioSimulator) => simulator.requests.of({ method: 'POST' });

for (const [what, options] of [
  ['is ready', READY_AT_ONCE],
  ['is not ready', { reportPolls: { pending: 2, inProgress: 1 } }],
] as const) {
  test(`prefetch: a given report that ${what} is used, and none is requested`, async (t) => {
    const { simulator, id, report } = await startGiven(t, options);
    await report.prefetch(never);
    assert.notEqual(report.state.phase, 'idle');
    assert.equal(polls(simulator).length, 1);
    report.begin(undefined, undefined);
    assert.equal((await report.wait(patiently))?.countOf(course), 2);
    assert.deepEqual([report.id, requests(simulator).length], [id, 1]);
  });
}

test('prefetch: a poll of a given report that fails for the moment is repeated', async (t) => {
  const { simulator, report } = await startGiven(t);
  simulator.faults.add({ kind: 'status', status: 520, times: 6, match: { method: 'GET' } });
  await report.prefetch(never);
  assert.equal(report.state.phase, 'pending');
  assert.equal((await report.wait(patiently))?.countOf(course), 2);
});

test('prefetch: who goes away does not end the download of a given report', async (t) => {
  const { simulator, report } = await startGiven(t);
  simulator.faults.add({ kind: 'delay', delayMs: 100, match: { method: 'GET' } });
  const leave = new AbortController();
  const prefetching = report.prefetch(leave.signal);
  await firstPoll(simulator);
  leave.abort(new Error('gone'));
  await assert.rejects(prefetching, /gone/);
  report.begin(undefined, undefined);
  assert.equal((await report.wait(patiently))?.countOf(course), 2);
});

test('begin: a given report is used, and none is requested', async (t) => {
  const { simulator, id, report } = await startGiven(t);
  report.begin(undefined, undefined);
  assert.equal((await report.wait(patiently))?.countOf(course), 2);
  assert.deepEqual([report.id, requests(simulator).length], [id, 1]);
});

for (const [what, plant, message] of [
  ['has expired', (simulator, id) => simulator.expireReport(id), /answered 404: the report does not exist/],
  ['has failed', (simulator, id) => simulator.failReport(id), /the report status FAILED/],
  [
    'is refused',
    (simulator) => simulator.faults.add({ kind: 'status', status: 400, match: { method: 'GET' } }),
    /answered 400/,
  ],
] as const satisfies [string, (simulator: PercipioSimulator, id: string) => unknown, RegExp][]) {
  for (const way of ['prefetch', 'begin'] as const) {
    test(`${way}: a given report that ${what} fails with the setting to remove, and a retry requests another one`, async (t) => {
      const { simulator, id, reusable, report } = await startGiven(t);
      plant(simulator, id);
      let error: unknown;
      if (way === 'prefetch') {
        error = await report.prefetch(never).catch((failure: unknown) => failure);
      } else {
        report.begin(undefined, undefined);
        error = await captureFailure(report);
      }
      assert.ok(error instanceof ServiceError);
      assert.equal(error.reason, 'report_id_unusable');
      assert.match(error.rawMessage, message);
      assert.match(error.rawMessage, /from --report-id: remove that setting to request a new report$/);
      if (what === 'is refused') return;
      assert.equal(reusable.advice, undefined);
      simulator.setReport('next', rows);
      report.begin(undefined, undefined);
      assert.equal((await report.wait(patiently))?.countOf(course), 2);
      assert.equal(requests(simulator).length, 2);
      assert.notEqual(report.id, id);
    });
  }
}

test('a given report is used once: the next sync requests its own', async (t) => {
  const { simulator, id, reusable, report } = await startGiven(t);
  await report.prefetch(never);
  simulator.setReport('next', rows);
  const next = load(t, simulator, { reusable });
  assert.equal((await next.wait(patiently))?.countOf(course), 2);
  assert.notEqual(next.id, id);
});

test('a report is remembered for another sync once it is requested, whatever ends this one', async (t) => {
  const simulator = await start(t, { reportPolls: forever });
  const reusable = new ReusableReport();
  const report = load(t, simulator, { reusable, timeoutMs: 20 });
  await captureFailure(report);
  assert.match(reusable.advice ?? '', new RegExp(`--report-id ${report.id} before `));
  const failing = await startSimulator(t, { users: 0, courses: 0, activityRows: 0, ...READY_AT_ONCE });
  failing.failReport('next');
  await captureFailure(load(t, failing, { reusable }));
  assert.equal(reusable.advice, undefined);
  failing.setReport('next', '[[]]');
  await captureFailure(load(t, failing, { reusable }));
  assert.equal(reusable.advice, undefined);
});
