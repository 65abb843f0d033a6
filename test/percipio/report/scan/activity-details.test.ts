import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { detailFields } from '../../../../src/percipio/report/scan/activity-details.ts';
import { ActivityIndex } from '../../../../src/percipio/report/scan/activity-index.ts';
import {
  ActivityIndexBuilder,
  fieldsToScan,
  type SyncedIds,
} from '../../../../src/percipio/report/scan/activity-index-builder.ts';
import { scanRows } from '../../../../src/percipio/report/scan/scan-rows.ts';

const scan = { hasDetails: true };

/** The index of a report with details. */
async function read(rows: readonly Record<string, unknown>[], synced?: SyncedIds): Promise<ActivityIndex> {
  const builder = new ActivityIndexBuilder(scan);
  async function* body(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(JSON.stringify(rows));
  }
  await scanRows(body(), fieldsToScan(scan), (bytes, spans) => builder.row(bytes, spans), { anyForm: detailFields });
  return new ActivityIndex(builder.finish(synced));
}

const row = (userUuid: string, fields: Record<string, unknown> = {}) => ({
  contentUuid: 'c',
  userUuid,
  status: 'Completed',
  ...fields,
});

/** The details of the grants of a course by user. */
function detailsOf(index: ActivityIndex, course = 'c') {
  const found: Record<string, unknown> = {};
  index.visit(course, 0, Number.POSITIVE_INFINITY, (user, status, details) => {
    found[`${user} ${status}`] = details && [details.completedDate, details.highScore];
  });
  return found;
}

const readings: [field: 'completedDate' | 'highScore', given: unknown, read: unknown][] = [
  ['completedDate', '2020-08-25T00:00:00.000Z', '2020-08-25'],
  ['completedDate', '2020-02-29', '2020-02-29'],
  ['completedDate', ' 2020-08-25 23:59:59 ', '2020-08-25'],
  ['completedDate', '1970-01-01', '1970-01-01'],
  ['completedDate', '2149-06-04', '2149-06-04'],
  ['highScore', '73', 73],
  ['highScore', 73, 73],
  ['highScore', 0, 0],
  ['highScore', '87.125', 87.13],
  ['highScore', ' 100% ', 100],
];
const missing = [undefined, null, '', '  '];
const unreadable: [field: 'completedDate' | 'highScore', given: unknown][] = [
  ['completedDate', '2021-02-29'],
  ['completedDate', '25/08/2020'],
  ['completedDate', '1969-12-31'],
  ['completedDate', '2150-01-01'],
  ['completedDate', '2020-08-251'],
  ['completedDate', 1_598_313_600_000],
  ['completedDate', ['2020-08-25']],
  ['highScore', 'passed'],
  ['highScore', '-1'],
  ['highScore', '7 of 9'],
  ['highScore', 700],
  ['highScore', '1e2'],
  ['highScore', true],
  ['highScore', { value: 73 }],
];

describe('details of activity', () => {
  for (const [field, given, expected] of readings) {
    it(`reads ${JSON.stringify(given)} as ${field} ${expected}`, async () => {
      const index = await read([row('u', { [field]: given })]);
      const details = field === 'completedDate' ? [expected, undefined] : [undefined, expected];
      assert.deepEqual(detailsOf(index), { 'u completed': details });
      assert.equal(index.unreadDetails.size, 0);
    });
  }

  for (const given of missing) {
    it(`takes ${JSON.stringify(given)} for missing`, async () => {
      const index = await read([row('u', { completedDate: given, highScore: given })]);
      assert.deepEqual(detailsOf(index), { 'u completed': undefined });
      assert.equal(index.unreadDetails.size, 0);
    });
  }

  for (const [field, given] of unreadable) {
    it(`counts ${JSON.stringify(given)} as ${field} that cannot be read, and keeps the grant`, async () => {
      const index = await read([row('u', { [field]: given }), row('v', { [field]: given })]);
      assert.deepEqual(detailsOf(index), { 'u completed': undefined, 'v completed': undefined });
      assert.deepEqual([...index.unreadDetails], [[field, 2]]);
    });
  }

  it('takes the latest date and the best score of several rows, in any order', async () => {
    const rows = [
      row('u', { completedDate: '2020-01-02', highScore: '70' }),
      row('u', { completedDate: '2023-05-06', highScore: '65' }),
      row('u', { status: 'Achieved', completedDate: '2021-03-04' }),
    ];
    for (const ordered of [rows, rows.toReversed()]) {
      assert.deepEqual(detailsOf(await read(ordered)), { 'u completed': ['2023-05-06', 70] });
    }
  });

  it('takes only the rows that the grant comes from, and no date of what is not completed', async () => {
    const index = await read([
      row('u', { status: 'Started', completedDate: '2024-01-01', highScore: '99' }),
      row('u', { completedDate: '2020-01-02', highScore: '70' }),
      row('v', { status: 'Started', completedDate: '2024-01-01', highScore: '40' }),
      row('w', { status: 'Watched', completedDate: '2024-01-01', highScore: '40' }),
    ]);
    assert.deepEqual(detailsOf(index), { 'u completed': ['2020-01-02', 70], 'v in_progress': [undefined, 40] });
  });

  it('puts the details beside the right grants of many courses and users', async () => {
    const users = Array.from({ length: 300 }, (_, user) => `u${(user * 7) % 300}`);
    const courses = Array.from({ length: 20 }, (_, course) => `c${(course * 3) % 20}`);
    const scoreOf = (user: string, course: string) => (Number(user.slice(1)) * 31 + Number(course.slice(1))) % 101;
    const rows = users.flatMap((user) =>
      courses.map((contentUuid) => {
        const score = scoreOf(user, contentUuid);
        const status = score % 3 === 0 ? 'Started' : 'Completed';
        return row(user, { contentUuid, status, ...(score % 5 !== 0 && { highScore: score }) });
      }),
    );
    const synced = { users: users.filter((_, index) => index % 4 !== 0), courses: courses.slice(3) };
    const index = await read(rows, synced);
    assert.equal(index.courseIds.length, 17);
    for (const course of index.courseIds) {
      const expected = synced.users.map((user) => {
        const score = scoreOf(user, course);
        const details = score % 5 === 0 ? undefined : [undefined, score];
        return [`${user} ${score % 3 === 0 ? 'in_progress' : 'completed'}`, details];
      });
      assert.deepEqual(detailsOf(index, course), Object.fromEntries(expected));
    }
  });

  it('has none if they are not wanted', async () => {
    const builder = new ActivityIndexBuilder();
    const bytes = Buffer.from('cuCompleted2020-01-0299');
    builder.row(bytes, Int32Array.from([0, 1, 1, 2, 2, 11, 11, 21, 21, 23]));
    const parts = builder.finish();
    assert.equal(parts.details, undefined);
    assert.deepEqual(detailsOf(new ActivityIndex(parts)), { 'u completed': undefined });
  });
});
