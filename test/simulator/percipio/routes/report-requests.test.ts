import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PercipioSimulator } from '../../../../src/simulator/percipio/percipio-simulator.ts';
import {
  ALL_ACTIVITY,
  call,
  LEARNING_ACTIVITY,
  READY_AT_ONCE,
  REPORTS,
  requestReport,
  startSimulator,
} from '../start-simulator.ts';

async function pollStatuses(simulator: PercipioSimulator, path: string, polls: number): Promise<string[]> {
  const statuses: string[] = [];
  for (let poll = 0; poll < polls; poll += 1) {
    const { status, text } = await call(simulator, path);
    assert.equal(status, 200);
    statuses.push(text === '' ? 'empty' : text.startsWith('[') ? 'rows' : JSON.parse(text).status);
  }
  return statuses;
}

test('a request answers with an id and PENDING; polls answer PENDING, IN_PROGRESS, then rows, again and again', async (t) => {
  const simulator = await startSimulator(t, { activityRows: 10 });
  const { status, json } = await call(simulator, LEARNING_ACTIVITY, { method: 'POST', body: ALL_ACTIVITY });
  assert.equal(status, 200);
  assert.deepEqual(Object.keys(json), ['id', 'status']);
  assert.equal(json.status, 'PENDING');
  const path = `${REPORTS}/${json.id}`;
  assert.deepEqual(await pollStatuses(simulator, path, 4), ['PENDING', 'IN_PROGRESS', 'rows', 'rows']);
});

test('reportPolls sets how many polls answer what, empty bodies included', async (t) => {
  const simulator = await startSimulator(t, { activityRows: 10, reportPolls: { pending: 0, inProgress: 2, empty: 1 } });
  const path = await requestReport(simulator);
  assert.deepEqual(await pollStatuses(simulator, path, 4), ['IN_PROGRESS', 'IN_PROGRESS', 'empty', 'rows']);
});

test('a report can stay pending forever', async (t) => {
  const simulator = await startSimulator(t, { activityRows: 10, reportPolls: { pending: Infinity } });
  assert.deepEqual(await pollStatuses(simulator, await requestReport(simulator), 3), ['PENDING', 'PENDING', 'PENDING']);
});

test('each report counts its own polls', async (t) => {
  const simulator = await startSimulator(t, { activityRows: 10 });
  const [one, two] = [await requestReport(simulator), await requestReport(simulator)];
  assert.notEqual(one, two);
  await pollStatuses(simulator, one, 3);
  assert.deepEqual(await pollStatuses(simulator, two, 1), ['PENDING']);
});

test('reportDelayMs keeps a report IN_PROGRESS, and reportExpiryMs ends it, by the clock of the option now', async (t) => {
  let nowMs = 1_000_000;
  const simulator = await startSimulator(t, {
    activityRows: 10,
    reportDelayMs: 60_000,
    reportExpiryMs: 100_000,
    now: () => nowMs,
    ...READY_AT_ONCE,
  });
  const path = await requestReport(simulator);
  nowMs += 59_999;
  assert.deepEqual(await pollStatuses(simulator, path, 2), ['IN_PROGRESS', 'IN_PROGRESS']);
  nowMs += 1;
  assert.deepEqual(await pollStatuses(simulator, path, 1), ['rows']);
  nowMs += 40_000;
  assert.equal((await call(simulator, path)).status, 404);
});

test('reportFails and failReport end a report with a status that is no success', async (t) => {
  const failing = await startSimulator(t, { reportFails: true });
  assert.deepEqual(await pollStatuses(failing, await requestReport(failing), 3), ['PENDING', 'IN_PROGRESS', 'FAILED']);
  const simulator = await startSimulator(t, { ...READY_AT_ONCE });
  simulator.failReport('next', 'CANCELLED');
  assert.deepEqual(await pollStatuses(simulator, await requestReport(simulator), 2), ['CANCELLED', 'CANCELLED']);
  const path = await requestReport(simulator);
  simulator.failReport(path.split('/').at(-1) ?? '');
  assert.deepEqual(await pollStatuses(simulator, path, 1), ['FAILED']);
});

test('a report that was never requested, or has expired, is 404', async (t) => {
  const simulator = await startSimulator(t, { ...READY_AT_ONCE });
  const { status, json } = await call(simulator, `${REPORTS}/00000000-0000-4000-8000-000000000000`);
  assert.equal(status, 404);
  assert.equal(typeof json.message, 'string');
  const path = await requestReport(simulator);
  simulator.expireReport(path.split('/').at(-1) ?? '');
  assert.equal((await call(simulator, path)).status, 404);
});

test('wrong requests are 422 and say what is wrong', async (t) => {
  const simulator = await startSimulator(t);
  const { start, end } = ALL_ACTIVITY;
  const wrong: [unknown, RegExp][] = [
    [undefined, /object/],
    [[], /object/],
    [{}, /start and end/],
    [{ start }, /start and end/],
    [{ end }, /start and end/],
    [{ start, end, timeFrame: 'DAY' }, /cannot be combined/],
    [{ start, timeFrame: 'DAY' }, /cannot be combined/],
    [{ timeFrame: 'YEAR' }, /timeFrame/],
    [{ start: 'yesterday', end }, /start/],
    [{ start: end, end: start }, /after/],
    [{ start, end, contentType: 'Course,Lecture' }, /Lecture/],
    [{ start, end, contentType: ['Course'] }, /contentType/],
    [{ start, end, status: 'DONE' }, /status/],
    [{ start, end, formatType: 'XML' }, /formatType/],
    [{ start, end, mapping: '$', transformName: 'x' }, /mutually exclusive/],
    [{ start, end, sort: { order: 'up' } }, /order/],
  ];
  for (const [body, message] of wrong) {
    const answer = await call(simulator, LEARNING_ACTIVITY, { method: 'POST', ...(body !== undefined && { body }) });
    assert.equal(answer.status, 422, JSON.stringify(body));
    assert.match(answer.json.errors[0].message, message);
  }
});

test('what the API has and the simulator has not is 501, not a wrong answer', async (t) => {
  const simulator = await startSimulator(t);
  for (const more of [
    { formatType: 'CSV' },
    { mapping: '$' },
    { audience: 'Sales' },
    { sort: { field: 'highScore' } },
  ]) {
    const answer = await call(simulator, LEARNING_ACTIVITY, { method: 'POST', body: { ...ALL_ACTIVITY, ...more } });
    assert.equal(answer.status, 501, JSON.stringify(more));
  }
});

test('contentType, status, period and order choose the rows', async (t) => {
  const simulator = await startSimulator(t, { activityRows: 1000, ...READY_AT_ONCE });
  const rowsOf = async (body: unknown): Promise<Record<string, string>[]> =>
    (await call(simulator, await requestReport(simulator, body))).json;
  const { start, end } = ALL_ACTIVITY;
  const all = await rowsOf({ start, end });
  assert.equal(all.length, 1125);
  assert.equal((await rowsOf(ALL_ACTIVITY)).length, 1000);
  const videos = await rowsOf({ start, end, contentType: 'video, BOOK' });
  assert.deepEqual([...new Set(videos.map((row) => row.contentType))].sort(), ['Book', 'Video']);
  assert.deepEqual(await rowsOf({ start, end, contentType: 'Scheduled Content,Audio Summary,Custom Channel' }), []);
  const few = await rowsOf({ start, end, status: 'Abandoned,READ' });
  assert.deepEqual(
    few,
    all.filter(({ status = '' }) => ['ABANDONED', 'READ'].includes(status.toUpperCase())),
  );
  for (const field of ['lastAccess', 'lastAccessDate']) {
    assert.deepEqual(await rowsOf({ start, end, sort: { field, order: 'asc' } }), all.toReversed());
  }
  const year = await rowsOf({ start: '2023-01-01', end: '2023-12-31T23:59:59.999+00:00' });
  assert.deepEqual(
    year,
    all.filter(({ lastAccess = '' }) => lastAccess.startsWith('2023')),
  );
});

test('timeFrame counts back from now', async (t) => {
  const now = () => Date.parse('2024-06-15T12:00:00Z');
  const simulator = await startSimulator(t, { activityRows: 4000, now, ...READY_AT_ONCE });
  for (const [timeFrame, from, to] of [
    ['DAY', '2024-06-14T12:00:00', '2024-06-15T12:00:00.000Z'],
    ['WEEK', '2024-06-08T12:00:00', '2024-06-15T12:00:00.000Z'],
    ['THIRTY_DAYS', '2024-05-16T12:00:00', '2024-06-15T12:00:00.000Z'],
    ['CALENDAR_MONTH', '2024-05-01T00:00:00', '2024-05-31T23:59:59.999Z'],
  ] as const) {
    const relative = await call(simulator, await requestReport(simulator, { timeFrame }));
    const absolute = await call(simulator, await requestReport(simulator, { start: `${from}Z`, end: to }));
    assert.ok(relative.json.length > 0);
    assert.equal(relative.text, absolute.text, timeFrame);
  }
});

test('reportPolls can include an unknown status, and COMPLETED before the rows', async (t) => {
  let nowMs = 0;
  const simulator = await startSimulator(t, {
    activityRows: 10,
    reportPolls: { pending: 1, inProgress: 1, unknown: 2, empty: 1, completed: 2 },
    reportDelayMs: 10,
    now: () => nowMs,
  });
  const path = await requestReport(simulator);
  const early = await pollStatuses(simulator, path, 6);
  assert.deepEqual(early, ['PENDING', 'IN_PROGRESS', 'QUEUED', 'QUEUED', 'empty', 'IN_PROGRESS']);
  nowMs = 10;
  assert.deepEqual(await pollStatuses(simulator, path, 4), ['COMPLETED', 'COMPLETED', 'rows', 'rows']);
});

test('reportStatuses spells statuses, and reportIdName names the id in polls', async (t) => {
  const simulator = await startSimulator(t, {
    reportStatuses: { pending: 'Pending', inProgress: 'In-Progress', completed: 'processed', failed: 'failed' },
    reportPolls: { completed: 1 },
    reportIdName: 'reportId',
    reportFails: true,
    reportRequestAnswers: 202,
  });
  const requested = await call(simulator, LEARNING_ACTIVITY, { method: 'POST', body: ALL_ACTIVITY });
  assert.equal(requested.status, 202);
  const { id } = requested.json;
  assert.deepEqual(requested.json, { id, status: 'Pending' });
  const poll = async () => (await call(simulator, `${REPORTS}/${id}`)).json;
  assert.deepEqual(await poll(), { reportId: id, status: 'Pending' });
  assert.deepEqual(await poll(), { reportId: id, status: 'In-Progress' });
  assert.deepEqual(await poll(), { reportId: id, status: 'failed' });
  simulator.setReport(id, '[]');
  assert.deepEqual(await poll(), { reportId: id, status: 'processed' });
  assert.deepEqual(await poll(), []);
});

test('failReport can add a reason', async (t) => {
  const simulator = await startSimulator(t, READY_AT_ONCE);
  simulator.failReport('next', undefined, { message: 'The report has too many rows', code: 7 });
  const path = await requestReport(simulator);
  assert.deepEqual((await call(simulator, path)).json, {
    id: path.split('/').at(-1),
    status: 'FAILED',
    message: 'The report has too many rows',
    code: 7,
  });
});

test('reportRequests records how each report is delivered: as a file on SFTP by default', async (t) => {
  const simulator = await startSimulator(t);
  const ids: string[] = [];
  for (const body of [
    ALL_ACTIVITY,
    { ...ALL_ACTIVITY, isFileRequiredInSftp: false, formatType: 'json', zip: true },
    { ...ALL_ACTIVITY, isFileRequiredInSftp: null, zip: null, encrypt: true },
  ]) {
    ids.push((await requestReport(simulator, body)).split('/').at(-1) ?? '');
  }
  await call(simulator, `${REPORTS}/entitlements`, { method: 'POST' });
  for (const wrong of [{ isFileRequiredInSftp: 'false' }, { zip: 1 }]) {
    const body = { ...ALL_ACTIVITY, ...wrong };
    assert.equal((await call(simulator, LEARNING_ACTIVITY, { method: 'POST', body })).status, 422);
  }
  const [kind, formatType] = ['learning-activity', 'JSON'];
  assert.deepEqual(simulator.reportRequests.slice(0, 3), [
    { reportId: ids[0], kind, formatType, isFileRequiredInSftp: true, zip: false, encrypt: false },
    { reportId: ids[1], kind, formatType, isFileRequiredInSftp: false, zip: true, encrypt: false },
    { reportId: ids[2], kind, formatType, isFileRequiredInSftp: true, zip: false, encrypt: true },
  ]);
  assert.deepEqual(
    simulator.reportRequests.slice(3).map((request) => request.kind),
    ['entitlements'],
  );
});

test('the format defaults to the header accept', async (t) => {
  const simulator = await startSimulator(t);
  const ask = async (accept: string, body: object) =>
    (await call(simulator, LEARNING_ACTIVITY, { method: 'POST', body, headers: { accept } })).status;
  assert.equal(await ask('text/csv', ALL_ACTIVITY), 501);
  assert.equal(await ask('text/csv', { ...ALL_ACTIVITY, formatType: 'JSON' }), 200);
  assert.equal(await ask('*/*', ALL_ACTIVITY), 200);
});
