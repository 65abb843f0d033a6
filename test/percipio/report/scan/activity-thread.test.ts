import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { detailFields } from '../../../../src/percipio/report/scan/activity-details.ts';
import { ActivityIndex } from '../../../../src/percipio/report/scan/activity-index.ts';
import {
  ActivityIndexBuilder,
  type ActivityScan,
  fieldsToScan,
  type SyncedIds,
} from '../../../../src/percipio/report/scan/activity-index-builder.ts';
import { ActivityThread } from '../../../../src/percipio/report/scan/activity-thread.ts';
import { type ScanProgress, scanRows } from '../../../../src/percipio/report/scan/scan-rows.ts';
import { chop } from './read-rows.ts';

async function* bodyOf(report: string, pieceBytes = 64 * 1024): AsyncGenerator<Uint8Array, void> {
  yield* chop(Buffer.from(report), pieceBytes);
}

/** In this thread: what the other one must come to. */
async function readHere(report: string, held: SyncedIds, scan: ActivityScan = {}): Promise<ActivityIndex> {
  const builder = new ActivityIndexBuilder(scan);
  const options = { anyForm: detailFields };
  await scanRows(bodyOf(report), fieldsToScan(scan), (bytes, spans) => builder.row(bytes, spans), options);
  return new ActivityIndex(builder.finish(held));
}

function describeIndex(index: ActivityIndex) {
  const grants = index.courseIds.map((course) => {
    const ofCourse: string[] = [];
    index.visit(course, 0, Number.POSITIVE_INFINITY, (...grant) => ofCourse.push(JSON.stringify(grant)));
    return [course, ofCourse];
  });
  return { counts: index.counts, unreadDetails: index.unreadDetails, grants };
}

const statuses = ['Completed', 'Started', 'Active', 'Watched', 'Achieved'];
/** About 3 MB: more than is on its way to the thread at a time. */
const rows = Array.from({ length: 20_000 }, (_, row) => ({
  contentUuid: `c${(row * 7) % 61}`,
  userUuid: `u${(row * 13) % 997}`,
  status: row % 1000 === 0 ? null : statuses[row % statuses.length],
  ...(row % 3 === 0 && { completedDate: `2020-08-${10 + (row % 20)}T00:00:00.000Z`, highScore: row % 101 }),
  contentTitle: `título "${row}" ${'x'.repeat(100)}`,
}));
const report = JSON.stringify(rows);
const held = { users: new Set(rows.map(({ userUuid }) => userUuid).slice(0, 800)), courses: ['c1', 'c2', 'c3', 'c60'] };

describe('ActivityThread', () => {
  for (const pieceBytes of [100, 64 * 1024, 10_000_000]) {
    it(`gives the same index as reading here, from pieces of ${pieceBytes} bytes`, async () => {
      for (const known of [{}, held]) {
        for (const hasDetails of [false, true]) {
          const thread = new ActivityThread({ hasDetails });
          await thread.read(bodyOf(report, pieceBytes), {});
          const here = await readHere(report, known, { hasDetails });
          assert.deepEqual(describeIndex(await thread.finish(known)), describeIndex(here));
        }
      }
    });
  }

  it('tells how far it is, at the end all of it', async () => {
    const thread = new ActivityThread({ isMapped: false });
    const progress: ScanProgress[] = [];
    await thread.read(bodyOf(report), { onProgress: (update) => progress.push(update) });
    thread.close();
    const bytes = Buffer.byteLength(report);
    assert.deepEqual(progress.at(-1), { bytes, rows: rows.length });
    assert.equal(progress[0]?.bytes, 64 * 1024);
    assert.ok(progress.every(({ rows }, i) => rows >= (progress[i - 1]?.rows ?? 0)));
  });

  for (const [title, wrong, fields] of [
    ['is cut off', report.slice(0, -1), { row: 20_001, isCutOff: true }],
    ['has a row that is not valid JSON', `[{"a":1},{"a":x}]${' '.repeat(5_000_000)}`, { row: 2, isCutOff: false }],
  ] as const) {
    it(`fails on a report that ${title}, as reading here does`, async () => {
      const thread = new ActivityThread({ isMapped: false });
      const here = await readHere(wrong, {}).catch((error: Error) => error);
      assert.ok(here instanceof Error);
      await assert.rejects(thread.read(bodyOf(wrong), {}), { name: here.name, message: here.message, ...fields });
    });
  }

  it('fails on a mapped report in whose rows there is nothing, and on no other such report', async () => {
    const empty = JSON.stringify([{ contentUuid: null, userUuid: null, status: null }]);
    await assert.rejects(
      new ActivityThread({ isMapped: true }).read(bodyOf(empty), {}),
      /has no row with contentUuid, userUuid, status/,
    );
    const thread = new ActivityThread({ isMapped: false });
    await thread.read(bodyOf(empty), {});
    assert.equal((await thread.finish()).counts.malformed, 1);
  });

  it('fails with what the body fails with', async () => {
    const thread = new ActivityThread({ isMapped: false });
    async function* broken() {
      yield Buffer.from(report.slice(0, 1_000_000));
      throw new Error('reset');
    }
    await assert.rejects(thread.read(broken(), {}), /^Error: reset$/);
    thread.close();
  });

  it('ends with the reason of its signal', async () => {
    const thread = new ActivityThread({ isMapped: false });
    const abort = new AbortController();
    const reading = thread.read(bodyOf(report), {
      signal: abort.signal,
      onProgress: () => abort.abort(new Error('enough')),
    });
    await assert.rejects(reading, /^Error: enough$/);
    thread.close();
  });

  it('lets nobody wait for a thread that was closed', async () => {
    const reading = new ActivityThread({ isMapped: false });
    async function* body() {
      yield* bodyOf(report);
      reading.close();
    }
    await assert.rejects(reading.read(body(), {}), /the thread that reads the activity report has ended/);

    const read = new ActivityThread({ isMapped: false });
    await read.read(bodyOf('[]'), {});
    read.close();
    await assert.rejects(read.finish(), /the thread that reads the activity report has ended/);
  });

  it('is under the permission model of the process', async () => {
    const root = fileURLToPath(new URL('../../../../', import.meta.url));
    // All but the program of the thread.
    const readable = globSync('src/**/*.{ts,json}', { cwd: root }).filter(
      (path) => !path.endsWith('activity-worker.ts'),
    );
    const flags = [...readable, 'node_modules', 'gen', 'package.json'].map((path) => `--allow-fs-read=${root}${path}`);
    const program = `
      import { ActivityThread } from ${JSON.stringify(`${root}src/percipio/report/scan/activity-thread.ts`)};
      const thread = new ActivityThread({ isMapped: false });
      await thread.read((async function* () { yield Buffer.from('[]'); })(), {}).catch(({ code }) => console.log(code));`;
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...['--permission', '--allow-worker', ...flags],
      ...['--eval', program],
    ]);
    assert.equal(stdout, 'ERR_ACCESS_DENIED\n');
  });

  it('does not hold the process when nobody wants the index', async () => {
    const url = new URL('../../../../src/percipio/report/scan/activity-thread.ts', import.meta.url);
    const program = `
      import { ActivityThread } from ${JSON.stringify(url.href)};
      const thread = new ActivityThread({ isMapped: false });
      await thread.read((async function* () { yield Buffer.from('[]'); })(), {});
      console.log('read');`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--eval', program]);
    assert.equal(stdout, 'read\n');
  });
});
