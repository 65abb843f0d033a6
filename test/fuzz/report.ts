// Bytes of activity reports: what is read of them is what JSON.parse reads, and what JSON.parse refuses is refused.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ActivityIndex } from '../../src/percipio/report/scan/activity-index.ts';
import { ActivityIndexBuilder, activityFields } from '../../src/percipio/report/scan/activity-index-builder.ts';
import { ReportFormatError } from '../../src/percipio/report/scan/report-format-error.ts';
import { scanRows } from '../../src/percipio/report/scan/scan-rows.ts';
import { cut } from '../percipio/report/scan/read-rows.ts';
import { byteEdits, editBytes } from './edits.ts';
import { defineArea } from './fuzz-area.ts';

/** What a report gives: its grants, and how many rows gave none for which reason. */
interface Reading {
  readonly grants: string[];
  readonly rows: number;
  readonly duplicates: number;
  readonly malformed: number;
  readonly otherStatuses: number;
  readonly unknownCourses: number;
  readonly unknownUsers: number;
}

const courses = ['c1', 'c2', 'c\u00e9', '😀'];
const users = ['u1', 'u2', 'u"3', 'u\\4', '__proto__'];

const text = fc.string({ unit: fc.constantFrom(...'{}[]",:\\\n\u0000 x0é€😀\u2028\ud800\ufeff'), maxLength: 8 });
const course = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...courses, 'c9') }, text);
const user = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...users, 'u9') }, text);
const status = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('Completed', 'ACHIEVED', ' started', 'Active\n', 'Watched') },
  text,
);
const other = fc.oneof(
  { weight: 3, arbitrary: text },
  fc.constantFrom(null, 1, -2.5e-7, 1e300, true, []),
  fc.jsonValue(),
);
const key = fc.oneof(fc.constantFrom('contentUuid', 'userUuid', 'status', '__proto__', 'contentuuid'), text);
const row = fc
  .tuple(
    fc.dictionary(key, other, { maxKeys: 3, noNullPrototype: true }),
    fc.record({ contentUuid: course, userUuid: user, status }, { requiredKeys: [] }),
    fc.boolean(),
  )
  .map(([more, known, isFirst]) => (isFirst ? { ...known, ...more } : { ...more, ...known }));

const pieces = [
  ...['"', '\\', '{', '}', '[', ']', ',', ':', ' ', '\n', '0', '-', '.', 'e', 'null', 'true', '{}', '[]', '\\u', '\\"'],
  ...['\\ud800', '\\u0000', '"status":', '"userUuid":"u1"', '"contentUuid"', '\ufeff', '\u0000', '{"a":', '[{', '},{'],
];

const inputs = fc.record({
  rows: fc.array(row, { maxLength: 8 }),
  indent: fc.constantFrom(undefined, 1, '\t'),
  edits: byteEdits(pieces, 3),
  cuts: fc.array(fc.nat(1500), { maxLength: 8 }),
});

export const reportArea = defineArea({
  name: 'report',
  about: 'bytes of activity reports, in pieces',
  inputs,
  outcomes: ['read', 'refused'],
  shortRuns: 1000,
  start: () => async (input) => {
    const bytes = editBytes(Buffer.from(JSON.stringify(input.rows, null, input.indent)), input.edits);
    const expected = readByParse(bytes);
    const read = readByScan(cut(bytes, input.cuts));
    if (expected === undefined) {
      await assert.rejects(read, (error) => error instanceof ReportFormatError);
      return 'refused';
    }
    assert.deepEqual(await read, expected);
    return 'read';
  },
});

async function readByScan(pieces: readonly Uint8Array[]): Promise<Reading> {
  const builder = new ActivityIndexBuilder();
  const body = (async function* () {
    yield* pieces;
  })();
  await scanRows(body, activityFields, (bytes, spans) => builder.row(bytes, spans));
  const index = new ActivityIndex(builder.finish({ courses, users }));
  const grants = index.courseIds.flatMap((courseId) => {
    const found: string[] = [];
    index.visit(courseId, 0, Infinity, (userId, status) => found.push(`${courseId} ${status} ${userId}`));
    return found;
  });
  const { rows, duplicates, malformed, otherStatuses, unknownCourses, unknownUsers } = index.counts;
  return {
    grants: grants.sort(),
    rows,
    duplicates,
    malformed,
    otherStatuses: [...otherStatuses.values()].reduce((sum, count) => sum + count, 0),
    unknownCourses,
    unknownUsers,
  };
}

/** The truth; undefined for what is not a JSON array of objects. */
function readByParse(bytes: Buffer): Reading | undefined {
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
  const isRow = (row: unknown) => typeof row === 'object' && row !== null && !Array.isArray(row);
  if (!Array.isArray(json) || !json.every(isRow)) return undefined;
  const counts = {
    rows: json.length,
    duplicates: 0,
    malformed: 0,
    otherStatuses: 0,
    unknownCourses: 0,
    unknownUsers: 0,
  };
  const statuses = new Map<string, 'completed' | 'in_progress'>();
  for (const { contentUuid, userUuid, status } of json) {
    if (![contentUuid, userUuid, status].every((value) => typeof value === 'string')) {
      counts.malformed += 1;
      continue;
    }
    const isCompleted = /^\s*(completed|achieved)\s*$/i.test(status);
    const pair = `${contentUuid}\0${userUuid}`;
    if (!isCompleted && !/^\s*(started|active)\s*$/i.test(status)) counts.otherStatuses += 1;
    else if (!courses.includes(contentUuid)) counts.unknownCourses += 1;
    else if (!users.includes(userUuid)) counts.unknownUsers += 1;
    else {
      const known = statuses.get(pair);
      if (known !== undefined) counts.duplicates += 1;
      if (known !== 'completed') statuses.set(pair, isCompleted ? 'completed' : 'in_progress');
    }
  }
  const grants = Array.from(statuses, ([pair, status]) => pair.replace('\0', ` ${status} `));
  return { grants: grants.sort(), ...counts };
}
