import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fault } from '../../src/simulator/percipio/http/faults.ts';
import { READY_AT_ONCE, startSimulator } from '../simulator/percipio/start-simulator.ts';
import { createWorkFolder, readIds, runForSummary, trueIds } from './run-program.ts';

const users = /\/users/;
const catalog = /catalog-content/;
const request = /report-requests\/learning-activity/;
const report = /report-requests\/(?!0000|learning)/;
const throttled = { kind: 'status', status: 429, headers: { 'retry-after': '0' } } as const;

const plans: [what: string, faults: Fault[], repeated: number][] = [
  ['429 with Retry-After, for every family', [{ ...throttled, times: 3 }], 3],
  [
    '502, 503 and 504',
    [502, 503, 504].map((status, index) => ({
      kind: 'status',
      status,
      match: { path: [users, catalog, request][index] ?? users },
    })),
    3,
  ],
  [
    'connections that are reset',
    [users, catalog, report].map((path) => ({ kind: 'reset', match: { path }, times: 2 })),
    6,
  ],
  ['bodies that are cut off', [users, catalog].map((path) => ({ kind: 'truncate', match: { path }, times: 2 })), 4],
  ['an answer that is lost after a report was requested', [{ kind: 'lostAnswer', match: { path: request } }], 1],
  [
    'a proxy that answers in HTML',
    [{ kind: 'status', status: 503, body: '<html>Service Unavailable</html>', match: { path: catalog }, times: 2 }],
    2,
  ],
  [
    'polls that are answered with a web page, an empty object or null',
    ['<html><title>Please wait</title></html>', {}, null].map((body) => ({
      kind: 'status',
      status: 200,
      body,
      match: { path: report },
    })),
    3,
  ],
  [
    'all of it together',
    [
      { ...throttled, match: { path: users }, times: 2 },
      { kind: 'reset', match: { path: catalog }, times: 1 },
      { kind: 'truncate', match: { path: catalog }, times: 1 },
      { kind: 'status', status: 503, match: { path: request } },
      { kind: 'reset', match: { path: report }, times: 2 },
    ],
    7,
  ],
];

for (const [what, faults, repeated] of plans) {
  test(`${what}: the result is the same, and every request is counted`, async (t) => {
    const simulator = await startSimulator(t, { users: 60, courses: 50, activityRows: 400, ...READY_AT_ONCE });
    for (const fault of faults) simulator.faults.add(fault);
    const folder = await createWorkFolder(t);
    const summary = await runForSummary(simulator, folder);
    assert.deepEqual(await readIds(folder.file), trueIds(simulator));
    assert.equal(summary.retries, repeated);
    assert.equal(
      Object.values(summary.requests).reduce((sum, count) => sum + count),
      simulator.requests.total,
    );
    // Users, the catalog, compliance courses, the report and its poll.
    assert.equal(simulator.requests.total, 5 + repeated);
  });
}

test('a download that breaks off begins anew and gives each row once', async (t) => {
  const simulator = await startSimulator(t, {
    users: 60,
    courses: 50,
    activityRows: 3000,
    gzip: false,
    ...READY_AT_ONCE,
  });
  simulator.faults.add({ kind: 'truncate', afterBytes: 300_000, match: { path: report }, times: 2 });
  const folder = await createWorkFolder(t);
  const summary = await runForSummary(simulator, folder);
  assert.deepEqual(await readIds(folder.file), trueIds(simulator));
  assert.equal(simulator.requests.of({ path: report }).length, 3);
  assert.equal(simulator.requests.of({ path: request }).length, 1);
  assert.equal(summary.grants['course completed'], simulator.truth.counts().completedGrants);
});

test('a report that is asked for many times before it is ready is requested once', async (t) => {
  const reportPolls = { pending: 5, inProgress: 5, empty: 3 };
  const simulator = await startSimulator(t, { users: 30, courses: 30, activityRows: 200, reportPolls });
  const folder = await createWorkFolder(t);
  await runForSummary(simulator, folder);
  assert.deepEqual(await readIds(folder.file), trueIds(simulator));
  assert.deepEqual(
    [simulator.requests.of({ path: request }).length, simulator.requests.of({ path: report }).length],
    [1, 14],
  );
});

test('an outage that outlasts the retries of a request ends a sync only after --sync-retry-timeout', async (t) => {
  const simulator = await startSimulator(t, { users: 2500, courses: 20, activityRows: 400, ...READY_AT_ONCE });
  // Validation reads the first page. A request is sent four times at most.
  const outage = { kind: 'status', status: 503, match: { path: users }, skip: 1, times: 5 } as const;
  simulator.faults.add(outage);
  const folder = await createWorkFolder(t);
  await assert.rejects(runForSummary(simulator, folder), /ListResources of user \(page token .*UNAVAILABLE/);
  simulator.faults.add(outage);
  await runForSummary(simulator, folder, { env: { BATON_SYNC_RETRY_TIMEOUT: '1m' } });
  assert.deepEqual(await readIds(folder.file), trueIds(simulator));
});
