import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PercipioSimulator } from '../../../../src/simulator/percipio/percipio-simulator.ts';
import { ALL_ACTIVITY, call, READY_AT_ONCE, requestReport, startSimulator } from '../start-simulator.ts';

const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const hour = (hours: number): Date => new Date(NOW_MS + hours * 3_600_000);

type Row = Record<string, string>;

async function report(simulator: PercipioSimulator, body: unknown = ALL_ACTIVITY): Promise<Row[]> {
  return (await call(simulator, await requestReport(simulator, body))).json;
}

function between(start: Date, end: Date) {
  return { start: start.toISOString(), end: end.toISOString() };
}

test('an added row names its user and content as the generated ones do, and has their dates', async (t) => {
  const simulator = await startSimulator(t, { activityRows: 50, now: () => NOW_MS, ...READY_AT_ONCE });
  const user = simulator.data.users[0];
  const course = simulator.data.courses.find(({ contentType }) => contentType?.percipioType === 'ASSESSMENT');
  assert.ok(user && course);
  const ids = { userId: user.id, contentId: course.id };
  simulator.addActivity({ ...ids, status: 'Completed', firstAccess: hour(-2), fields: { country: 'DEU' } });
  simulator.addActivity({ ...ids, status: 'Started', lastAccess: hour(-1) });
  const rows = await report(simulator, { timeFrame: 'DAY' });
  const common = {
    userUuid: user.id,
    userId: user.loginName,
    emailAddress: user.email,
    firstName: user.firstName,
    lastName: user.lastName,
    userStatus: 'Active',
    contentUuid: course.id,
    contentTitle: course.localizedMetadata?.[0]?.title,
    contentType: 'Assessment',
    totalAccesses: '1',
  };
  assert.deepEqual(rows, [
    {
      ...common,
      firstAccess: '2026-01-02T01:04:05.678Z',
      lastAccess: '2026-01-02T03:04:05.678Z',
      completedDate: '2026-01-02T03:04:05.678Z',
      status: 'Completed',
      country: 'DEU',
    },
    { ...common, firstAccess: '2026-01-02T02:04:05.678Z', lastAccess: '2026-01-02T02:04:05.678Z', status: 'Started' },
  ]);
});

test('reports have the added rows of their period, contents and statuses, both ends of the period included', async (t) => {
  const simulator = await startSimulator(t, { activityRows: 0, now: () => NOW_MS, ...READY_AT_ONCE });
  const idOf = (type: string) =>
    simulator.data.courses.find(({ contentType }) => contentType?.percipioType === type)?.id ?? '';
  const add = (userId: string, contentId: string, status: string, at: Date) =>
    simulator.addActivity({ userId, contentId, status, lastAccess: at });
  add('a', idOf('COURSE'), 'Started', hour(-30));
  add('b', idOf('COURSE'), 'Completed', hour(-3));
  add('c', idOf('VIDEO'), 'Watched', hour(-2));
  add('d', 'gone', 'Started', hour(-1));
  const users = async (body: object) => (await report(simulator, body)).map(({ userUuid }) => userUuid).join('');
  assert.equal(await users(ALL_ACTIVITY), 'dba');
  assert.equal(await users({ timeFrame: 'DAY' }), 'dcb');
  assert.equal(await users({ timeFrame: 'WEEK', contentType: 'Video' }), 'c');
  assert.equal(await users({ timeFrame: 'WEEK', status: 'STARTED,WATCHED' }), 'dca');
  assert.equal(await users(between(hour(-3), hour(-2))), 'cb');
  assert.equal(await users(between(new Date(hour(-3).getTime() + 1), new Date(hour(-2).getTime() - 1))), '');
  assert.equal(await users({ ...between(hour(-40), hour(0)), sort: { field: 'lastAccess', order: 'asc' } }), 'abcd');
});

test('added rows stand between generated ones by their last access', async (t) => {
  const simulator = await startSimulator(t, { activityRows: 2000, ...READY_AT_ONCE });
  const generated = await report(simulator);
  for (const lastAccess of ['2020-01-01', '2022-06-01', '2023-06-01', '2025-06-01']) {
    simulator.addActivity({ userId: 'added', contentId: 'x', status: 'Started', lastAccess: new Date(lastAccess) });
  }
  const rows = await report(simulator);
  assert.equal(rows.length, generated.length + 4);
  const times = rows.map(({ lastAccess = '' }) => lastAccess);
  assert.deepEqual(times, times.toSorted().reverse());
  assert.deepEqual([rows[0]?.userUuid, rows.at(-1)?.userUuid], ['added', 'added']);
  const ascending = await report(simulator, { ...ALL_ACTIVITY, sort: { order: 'asc' } });
  assert.deepEqual(
    ascending.map(({ lastAccess }) => lastAccess),
    times.toReversed(),
  );
});

test('added rows go through the blocks of a report unharmed, also where they fill one to its last byte', async (t) => {
  const simulator = await startSimulator(t, { activityRows: 0, ...READY_AT_ONCE });
  const add = (index: number, padding: number) =>
    simulator.addActivity({
      userId: `user ${index}`,
      contentId: 'x',
      status: 'Started',
      lastAccess: new Date(NOW_MS - index),
      fields: { audience: 'a'.repeat(padding) },
    });
  const empty = add(0, 0);
  const rowBytes = JSON.stringify((await report(simulator))[0]).length;
  empty.remove();
  // A bracket, three commas and four rows are 256 KiB: the block that the simulator fills.
  for (let index = 0; index < 4; index += 1) add(index, 65_535 - rowBytes);
  assert.equal((await report(simulator)).length, 4);
  for (let index = 4; index < 9; index += 1) add(index, 20_000);
  assert.deepEqual(
    (await report(simulator)).map(({ userUuid }) => userUuid),
    Array.from({ length: 9 }, (_, index) => `user ${index}`),
  );
});

test('a report has the rows as they were when it was requested', async (t) => {
  const simulator = await startSimulator(t, { activityRows: 0, now: () => NOW_MS, ...READY_AT_ONCE });
  const row = simulator.addActivity({ userId: 'a', contentId: 'x', status: 'Started' });
  const early = await requestReport(simulator, { timeFrame: 'DAY' });
  row.update({ status: 'Completed', completedDate: hour(-1) });
  simulator.addActivity({ userId: 'b', contentId: 'x', status: 'Started' });
  const statuses = async (path: string) => (await call(simulator, path)).json.map(({ status }: Row) => status);
  assert.deepEqual(await statuses(early), ['Started']);
  assert.deepEqual(await statuses(early), ['Started']);
  const later = await report(simulator, { timeFrame: 'DAY' });
  assert.deepEqual(
    later.map(({ userUuid, status, completedDate }) => [userUuid, status, completedDate]),
    [
      ['b', 'Started', undefined],
      ['a', 'Completed', '2026-01-02T02:04:05.678Z'],
    ],
  );
  row.remove();
  assert.equal((await report(simulator, { timeFrame: 'DAY' })).length, 1);
});
