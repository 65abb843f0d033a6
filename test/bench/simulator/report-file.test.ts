import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { prepareReport, reportBlocks } from '../../../bench/simulator/report-file.ts';
import type { Size } from '../../../bench/sizes.ts';

interface Row {
  readonly userUuid: string;
  readonly contentUuid: string;
  readonly contentType: string;
}

const size: Omit<Size, 'name'> = { users: 500, items: 60, rows: 3000, peopleInCourseMax: Number.POSITIVE_INFINITY };

function readRows(of: Omit<Size, 'name'>): Row[] {
  // A block is written over the one before.
  const text = Array.from(reportBlocks(of), (block) => block.toString()).join('');
  return JSON.parse(text) as Row[];
}

function mostPeopleInCourse(rows: readonly Row[]): number {
  const ofCourses = Map.groupBy(rows, ({ contentUuid }) => contentUuid).values();
  return Math.max(...Array.from(ofCourses, (ofCourse) => new Set(ofCourse.map(({ userUuid }) => userUuid)).size));
}

test('a report has so many rows, all of courses and assessments', () => {
  const rows = readRows(size);
  assert.equal(rows.length, 3000);
  assert.deepEqual([...new Set(rows.map(({ contentType }) => contentType))].sort(), ['Assessment', 'Course']);
});

test('no course has more people than the limit, and no row is lost for it', () => {
  assert.ok(mostPeopleInCourse(readRows(size)) > 400, 'nearly everybody is in the first one without a limit');
  const rows = readRows({ ...size, peopleInCourseMax: 300 });
  assert.equal(rows.length, 3000);
  assert.ok(mostPeopleInCourse(rows) <= 300, `${mostPeopleInCourse(rows)} people`);
});

test('a report is written once, and takes the place of one that was made otherwise', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'report-file-test-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'report-S-00000000.json'), 'old');
  await writeFile(join(folder, 'report-M-00000000.json'), 'of another size');
  const told: string[] = [];
  const prepare = () => prepareReport({ ...size, name: 'S' }, folder, (text) => told.push(text));
  const path = await prepare();
  assert.equal(await prepare(), path);
  assert.deepEqual(told, ['writing the report of S, 3000 rows']);
  assert.equal((await readdir(folder)).length, 2);
  assert.ok((await readdir(folder)).includes('report-M-00000000.json'));
});
