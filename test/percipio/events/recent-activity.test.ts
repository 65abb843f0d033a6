import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRecentActivity } from '../../../src/percipio/events/recent-activity.ts';
import { ReportFormatError } from '../../../src/percipio/report/scan/report-format-error.ts';

const time = '2026-01-05T12:00:00.000Z';
const timeMs = Date.parse(time);
const row = (courseId: string, userId: string, more: object = {}) => ({
  contentTitle: 'A \\ "quoted" {title}, [ünïcode]',
  contentUuid: courseId,
  userUuid: userId,
  status: 'Started',
  lastAccess: time,
  nested: { deep: [{}, '}'] },
  ...more,
});
const used = (courseId: string, userId: string, atMs = timeMs) => ({ kind: 'used', courseId, userId, atMs });

async function* piecesOf(...pieces: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield Buffer.from(piece);
}

const read = (...pieces: (string | Uint8Array)[]) => readRecentActivity(piecesOf(...pieces), 0);

test('a report is read alike wherever it is cut into pieces', async () => {
  const bytes = Buffer.from(`\n[ ${JSON.stringify(row('c2', 'u\\1'))} ,\t${JSON.stringify(row('c1', 'ü'))}\n]\r\n`);
  const activities = [used('c1', 'ü'), used('c2', 'u\\1')];
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const read = await readRecentActivity(piecesOf(bytes.subarray(0, cut), bytes.subarray(cut)), 0);
    assert.deepEqual(read, { activities, rows: 2, unreadableRows: 0 });
  }
  const single = await readRecentActivity(piecesOf(...Array.from(bytes, (byte) => Uint8Array.of(byte))), 0);
  assert.deepEqual(single.activities, activities);
});

test('activities are in the order of time, then course, user and kind, each once', async () => {
  const rows = [
    row('c1', 'u2', { lastAccess: '2026-01-05T13:00:00Z' }),
    row('c2', 'u1'),
    row('c1', 'u2', { status: 'Completed' }),
    row('c1', 'u1'),
    row('c1', 'u2'),
  ];
  const expected = [
    used('c1', 'u1'),
    { ...used('c1', 'u2'), kind: 'completed' },
    used('c1', 'u2'),
    used('c2', 'u1'),
    used('c1', 'u2', timeMs + 3_600_000),
  ];
  assert.deepEqual((await read(JSON.stringify(rows))).activities, expected);
  assert.deepEqual((await read(JSON.stringify(rows.reverse()))).activities, expected);
});

test('a completion bears the time of its date, or else of the last access, and is left out when it is old', async () => {
  const completed = (completedDate?: string) => JSON.stringify([row('c', 'u', { status: 'Completed', completedDate })]);
  const completions = async (completedDate?: string) => {
    const { activities } = await readRecentActivity(piecesOf(completed(completedDate)), timeMs - 1000);
    return activities.filter(({ kind }) => kind === 'completed').map(({ atMs }) => atMs);
  };
  assert.deepEqual(await completions('2026-01-05T11:59:59Z'), [timeMs - 1000]);
  assert.deepEqual(await completions('2026-01-05T11:59:58Z'), []);
  assert.deepEqual(await completions(), [timeMs]);
  assert.deepEqual(await completions('N/A'), [timeMs]);
});

test('an empty report has no activity', async () => {
  assert.deepEqual(await read('[]'), { activities: [], rows: 0, unreadableRows: 0 });
});

for (const [what, text, isCutOff] of [
  ['is cut off', '[{"contentUuid":"c"}', true],
  ['is empty', '', true],
  ['has a broken row', '[{"contentUuid":"secret" "x"}]', false],
  ['is no list', '{"status":"COMPLETED"}', false],
] as const) {
  test(`a report that ${what} is an error that quotes nothing of it`, async () => {
    await assert.rejects(read(text), (error: unknown) => {
      assert.ok(error instanceof ReportFormatError);
      assert.equal(error.isCutOff, isCutOff);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  });
}
