import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type ActivityReport, createActivityReport } from '../../../src/percipio/report/activity-report.ts';
import { ReusableReport } from '../../../src/percipio/report/reusable-report.ts';
import { SyncReports } from '../../../src/percipio/report/sync-reports.ts';
import type { PercipioSimulator } from '../../../src/simulator/percipio/percipio-simulator.ts';
import { READY_AT_ONCE, startSimulator } from '../../simulator/percipio/start-simulator.ts';
import { createTestClient } from '../api/start-server.ts';
import { createSharedSession } from '../shared-session.ts';
import { quickTiming, silentLogger, uuid } from '../start-connector.ts';

const startPlain = (t: TestContext) => startSimulator(t, { users: 0, courses: 0, activityRows: 0, ...READY_AT_ONCE });

function createReports(t: TestContext, simulator: PercipioSimulator, isMapped = false): SyncReports<ActivityReport> {
  const { url, organizationId, token } = simulator;
  const client = createTestClient(t, url, { organizationId, token });
  const reports = new SyncReports(() =>
    createActivityReport({
      reports: () => client.reports,
      logger: silentLogger,
      contentType: 'Course',
      lookbackMs: 1000,
      timeoutMs: 60_000,
      timing: quickTiming,
      syncedIds: async () => ({ users: [], courses: undefined }),
      isMapped,
      reusable: new ReusableReport(),
      isListing: () => false,
    }),
  );
  t.after(() => reports.close());
  return reports;
}

async function start(t: TestContext) {
  const simulator = await startPlain(t);
  return { simulator, reports: createReports(t, simulator) };
}

const requested = (simulator: PercipioSimulator) => simulator.requests.of({ method: 'POST' }).length;

/** Waits until a report is loaded or has failed; the error, if it has. */
async function settle(report: ActivityReport): Promise<unknown> {
  return await report
    .wait({ waitMs: 60_000, signal: new AbortController().signal, onProgress: () => {}, mayReturnEarly: false })
    .then(
      () => undefined,
      (error: unknown) => error,
    );
}

test('a sync has one report, which is requested when it is asked for first', async (t) => {
  const { simulator, reports } = await start(t);
  assert.equal(requested(simulator), 0);
  const report = reports.get(undefined);
  assert.equal(reports.get(undefined), report);
  assert.equal(await settle(report), undefined);
  assert.equal(reports.get(report.id), report);
  assert.equal(requested(simulator), 1);
});

test('a report of another process is loaded by its id, once', async (t) => {
  const simulator = await startPlain(t);
  const [reports, elsewhere] = [createReports(t, simulator), createReports(t, simulator)];
  const own = reports.get(undefined);
  await settle(own);
  const picked = elsewhere.get(own.id);
  assert.equal(elsewhere.get(own.id), picked);
  assert.equal(await settle(picked), undefined);
  assert.equal(requested(simulator), 1);
});

test('a report that failed temporarily is polled again, not requested again', async (t) => {
  const { simulator, reports } = await start(t);
  simulator.faults.add({ kind: 'status', status: 403, match: { method: 'GET' } });
  const failed = reports.get(undefined);
  assert.match(String(await settle(failed)), /answered 403/);
  const { id } = failed;
  const again = reports.get(undefined);
  assert.deepEqual([again.id, again.state.phase], [id, 'pending']);
  assert.equal(await settle(again), undefined);
  assert.equal(requested(simulator), 1);
});

test('a report that Percipio lost is requested again for the sync', async (t) => {
  const { simulator, reports } = await start(t);
  simulator.failReport('next');
  const failed = reports.get(undefined);
  assert.match(String(await settle(failed)), /FAILED/);
  assert.equal(await settle(reports.get(undefined)), undefined);
  assert.equal(requested(simulator), 2);
});

test('a report that Percipio lost stays lost for callers who name its id', async (t) => {
  const { simulator, reports } = await start(t);
  assert.match(String(await settle(reports.get(uuid(1)))), /does not exist or no longer exists/);
  assert.match(String(await settle(reports.get(uuid(1)))), /does not exist or no longer exists/);
  assert.equal(requested(simulator), 0);
});

test('processes of a sync that share a session have one report', async (t) => {
  const simulator = await startPlain(t);
  const session = createSharedSession();
  const [reports, elsewhere] = [createReports(t, simulator), createReports(t, simulator)];
  const own = reports.get(undefined, session);
  assert.equal(await settle(own), undefined);
  const picked = elsewhere.get(undefined, session);
  assert.equal(await settle(picked), undefined);
  assert.equal(picked.id, own.id);
  assert.equal(requested(simulator), 1);
});

test('a shared report that Percipio lost is requested again, by one of the processes', async (t) => {
  const simulator = await startPlain(t);
  const session = createSharedSession();
  const [reports, elsewhere] = [createReports(t, simulator), createReports(t, simulator)];
  simulator.failReport('next');
  assert.match(String(await settle(reports.get(undefined, session))), /FAILED/);
  assert.match(String(await settle(elsewhere.get(undefined, session))), /FAILED/);
  assert.equal(requested(simulator), 1);
  const own = reports.get(undefined, session);
  assert.equal(await settle(own), undefined);
  const picked = elsewhere.get(undefined, session);
  assert.equal(await settle(picked), undefined);
  assert.equal(picked.id, own.id);
  assert.equal(requested(simulator), 2);
});

test('close ends every report that is under way', async (t) => {
  const { simulator, reports } = await start(t);
  simulator.faults.add({ kind: 'stall', times: 2 });
  const waiting = [reports.get(undefined), reports.get(uuid(1))].map(settle);
  await simulator.requests.waitFor(({ index }) => index === 1);
  reports.close();
  assert.deepEqual(await Promise.all(waiting), [undefined, undefined]);
  for (const index of [0, 1]) {
    await simulator.requests.waitFor((request) => request.index === index && request.outcome === 'aborted');
  }
});

test('prefetch: a report is requested ahead, and taken by whoever asks for it first', async (t) => {
  const { simulator, reports } = await start(t);
  const { signal } = new AbortController();
  await reports.prefetch(signal);
  await reports.prefetch(signal);
  assert.deepEqual(
    simulator.requests.all.map(({ method }) => method),
    ['POST'],
    'and nothing is done with it yet',
  );
  const report = reports.get(undefined);
  assert.equal(await settle(report), undefined);
  assert.ok(report.id);
  await reports.prefetch(signal);
  assert.equal(requested(simulator), 1);
});

test('prefetch: a report that is lost is replaced by a new one', async (t) => {
  const { simulator, reports } = await start(t);
  simulator.failReport('next');
  await reports.prefetch(new AbortController().signal);
  assert.match(String(await settle(reports.get(undefined))), /FAILED/);
  assert.equal(await settle(reports.get(undefined)), undefined);
  assert.equal(requested(simulator), 2);
});

test('a mapped report that Percipio gives up on is replaced by a new one', async (t) => {
  const simulator = await startPlain(t);
  const reports = createReports(t, simulator, true);
  simulator.failReport('next');
  assert.match(String(await settle(reports.get(undefined))), /--report-mapping/);
  assert.equal(await settle(reports.get(undefined)), undefined);
  assert.equal(requested(simulator), 2);
});

test('prefetch: the id of a report that was requested ahead is left for the other processes of the sync', async (t) => {
  const { reports } = await start(t);
  await reports.prefetch(new AbortController().signal);
  const session = createSharedSession();
  const report = reports.get(undefined, session);
  await settle(report);
  const value = await session.get('percipio/activity-report', new AbortController().signal);
  assert.equal(value && Buffer.from(value).toString(), report.id);
});
