import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ActivityIndex } from '../../../../src/percipio/report/scan/activity-index.ts';
import { ActivityIndexBuilder, type SyncedIds } from '../../../../src/percipio/report/scan/activity-index-builder.ts';

type Row = readonly [course: string, user: string, status: string];

/** Adds a row as a scan would. */
function take(builder: ActivityIndexBuilder, row: Row): void {
  const [content, user, status] = row.map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer];
  const userEnd = content.length + user.length;
  const spans = [0, content.length, content.length, userEnd, userEnd, userEnd + status.length];
  builder.row(Buffer.concat([content, user, status]), Int32Array.from(spans));
}

/** Adds a row without a user. */
function takeMalformed(builder: ActivityIndexBuilder): void {
  builder.row(Buffer.from('c1Completed'), Int32Array.from([0, 2, -1, -1, 2, 11]));
}

function build(rows: Iterable<Row>, held?: SyncedIds): ActivityIndex {
  const builder = new ActivityIndexBuilder();
  for (const row of rows) take(builder, row);
  return new ActivityIndex(builder.finish(held));
}

function grantsOf(index: ActivityIndex, course: string, from = 0, count = Number.POSITIVE_INFINITY): string[] {
  const grants: string[] = [];
  index.visit(course, from, count, (user, status) => grants.push(`${user} ${status}`));
  return grants;
}

describe('ActivityIndex', () => {
  it('gives the grants of each course', () => {
    const index = build([
      ['c1', 'u1', 'Completed'],
      ['c2', 'u1', 'Started'],
      ['c1', 'u2', 'Active'],
      ['c2', 'u3', 'Achieved'],
    ]);
    assert.deepEqual([...index.courseIds].sort(), ['c1', 'c2']);
    assert.deepEqual(grantsOf(index, 'c1'), ['u1 completed', 'u2 in_progress']);
    assert.deepEqual(grantsOf(index, 'c2'), ['u3 completed', 'u1 in_progress']);
    assert.equal(index.countOf('c1'), 2);
  });

  it('has no grants of a course that the report does not have', () => {
    const index = build([['c1', 'u1', 'Completed']], { courses: ['c1', 'c2'] });
    assert.deepEqual(grantsOf(index, 'c2'), []);
    assert.equal(index.countOf('c2'), 0);
    assert.equal(index.countOf('c3'), 0);
    assert.deepEqual(index.courseIds, ['c1']);
  });

  it('is empty for a report without rows', () => {
    const index = build([]);
    assert.deepEqual(index.courseIds, []);
    assert.equal(index.counts.rows, 0);
  });

  for (const statuses of [
    ['Started', 'Completed'],
    ['Completed', 'Started'],
    ['Completed', 'Started', 'Achieved'],
    ['Active', 'Started', 'Completed', 'Started', 'Active'],
    ['Abandoned', 'Completed', 'Watched'],
  ]) {
    it(`says completed for rows that say ${statuses.join(', ')}`, () => {
      const index = build(statuses.map((status) => ['c1', 'u1', status] as const));
      assert.deepEqual(grantsOf(index, 'c1'), ['u1 completed']);
      assert.equal(index.countOf('c1'), 1);
    });
  }

  it('gives a part of the grants of a course', () => {
    const index = build(
      ['a', 'b', 'c', 'd', 'e'].flatMap((user) => [
        ['c1', user, 'Started'] as const,
        ['c2', user, 'Completed'] as const,
      ]),
    );
    assert.deepEqual(grantsOf(index, 'c1', 0, 2), ['a in_progress', 'b in_progress']);
    assert.deepEqual(grantsOf(index, 'c1', 3, 10), ['d in_progress', 'e in_progress']);
    assert.deepEqual(grantsOf(index, 'c1', 5, 10), []);
    assert.deepEqual(grantsOf(index, 'c1', 99, 1), []);
    assert.deepEqual(grantsOf(index, 'c1', 2, 0), []);
  });

  it('has grants in the order of their users, whatever the order of rows and of listings', () => {
    const users = ['u3', 'u1', 'u2', 'U1'];
    const rows = users.map((user) => ['c1', user, 'Started'] as const);
    const expected = ['U1', 'u1', 'u2', 'u3'].map((user) => `${user} in_progress`);
    for (const options of [{}, { users: users }, { users: users.toReversed() }]) {
      assert.deepEqual(grantsOf(build(rows, options), 'c1'), expected);
      assert.deepEqual(grantsOf(build(rows.toReversed(), options), 'c1'), expected);
    }
  });

  it('counts what it leaves out, each row once', () => {
    const builder = new ActivityIndexBuilder();
    for (const [course, user, status] of [
      ['c1', 'u1', 'Completed'],
      ['c1', 'u1', 'Started'],
      ['c1', 'u1', 'Completed'],
      ['c2', 'u2', 'Started'],
      ['c9', 'u1', 'Completed'],
      ['c9', 'u9', 'Completed'],
      ['c1', 'u9', 'Completed'],
      ['C1', 'u1', 'Completed'],
      ['c1', 'u1', 'Watched'],
      ['c9', 'u9', 'watched'],
      ['c1', 'u1', ''],
    ] as const) {
      take(builder, [course, user, status]);
    }
    takeMalformed(builder);
    const { counts } = builder.finish({ courses: ['c1', 'c2'], users: ['u1', 'u2'] });
    assert.deepEqual(counts, {
      rows: 12,
      grants: 2,
      duplicates: 2,
      malformed: 1,
      otherStatuses: new Map([
        ['Watched', 2],
        ['', 1],
      ]),
      unknownCourses: 3,
      unknownUsers: 1,
    });
  });

  it('counts statuses as the same whatever their case, spelled as they came first, most frequent first', () => {
    const statuses = ['Watched', 'Abandoned', 'ABANDONED', ' abandoned ', 'watched', 'Read'];
    const { counts } = build(statuses.map((status) => ['c1', 'u1', status] as const));
    assert.deepEqual(
      [...counts.otherStatuses],
      [
        ['Abandoned', 3],
        ['Watched', 2],
        ['Read', 1],
      ],
    );
  });

  it('counts a bounded number of statuses, of bounded length', () => {
    const statuses = Array.from({ length: 20_000 }, (_, n) => (n < 10_000 ? `${'x'.repeat(100)}${n}` : `${n}`));
    const { otherStatuses } = build(statuses.map((status) => ['c1', 'u1', status] as const)).counts;
    assert.equal(otherStatuses.size, 51);
    assert.equal(otherStatuses.get('(others)'), 10_000 - 49);
    assert.ok([...otherStatuses.keys()].every((status) => status.length <= 40));
    assert.equal(
      [...otherStatuses.values()].reduce((sum, count) => sum + count),
      20_000,
    );
  });

  it('agrees with a simple one made of maps', () => {
    const id = (letter: string) => fc.integer({ min: 0, max: 12 }).map((number) => `${letter}${number}`);
    const status = fc.constantFrom('Completed', 'Started', 'achieved', 'ACTIVE', 'Watched');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(id('c'), id('u'), status), { maxLength: 200 }),
        fc.nat(12),
        fc.nat(12),
        (rows, courses, users) => {
          const known = {
            courses: new Set(Array.from({ length: courses }, (_, n) => `c${n}`)),
            users: new Set(Array.from({ length: users }, (_, n) => `u${n}`)),
          };
          const expected = new Map<string, string>();
          for (const [course, user, name] of rows) {
            if (!known.courses.has(course) || !known.users.has(user) || name === 'Watched') continue;
            const isCompleted = /^(completed|achieved)$/i.test(name);
            const pair = `${course} ${user}`;
            if (isCompleted || !expected.has(pair)) expected.set(pair, isCompleted ? 'completed' : 'in_progress');
          }
          const index = build(rows, { courses: known.courses, users: known.users });
          const seen = index.courseIds.flatMap((course) =>
            grantsOf(index, course).map((grant) => `${course} ${grant}`),
          );
          assert.deepEqual(seen.sort(), [...expected].map(([pair, name]) => `${pair} ${name}`).sort());
          const { counts } = index;
          const others = [...counts.otherStatuses.values()].reduce((sum, count) => sum + count, 0);
          const sum =
            counts.grants + counts.duplicates + counts.malformed + others + counts.unknownCourses + counts.unknownUsers;
          assert.equal(sum, rows.length);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('keeps apart half a million grants', () => {
    const courses = Array.from({ length: 100 }, (_, number) => `c${number}`);
    const users = Array.from({ length: 5000 }, (_, number) => `u${String(number).padStart(4, '0')}`);
    const options = { courses: courses, users: users };
    function* rows(): Iterable<Row> {
      for (const course of courses)
        for (const user of users) yield [course, user, user.endsWith('7') ? 'Completed' : 'Started'];
    }
    const index = build(rows(), options);
    assert.equal(index.counts.grants, 500_000);
    assert.equal(index.countOf('c99'), 5000);
    assert.deepEqual(grantsOf(index, 'c99', 498, 4), [
      'u4987 completed',
      'u4997 completed',
      'u0000 in_progress',
      'u0001 in_progress',
    ]);
    assert.deepEqual(grantsOf(index, 'c99', 4998, 10), ['u4998 in_progress', 'u4999 in_progress']);
  });
});

describe('ActivityIndexBuilder of a mapped report', () => {
  it('counts odd rows where there are others', () => {
    const builder = new ActivityIndexBuilder({ isMapped: true });
    takeMalformed(builder);
    take(builder, ['c1', 'u1', 'Completed']);
    for (let count = 0; count < 200; count += 1) takeMalformed(builder);
    builder.end();
    const { counts } = builder.finish();
    assert.deepEqual([counts.rows, counts.malformed], [202, 201]);
  });

  it('fails on the hundredth row without the fields, if there was none with them', () => {
    const builder = new ActivityIndexBuilder({ isMapped: true });
    for (let count = 0; count < 99; count += 1) takeMalformed(builder);
    assert.throws(() => takeMalformed(builder), /has no row with contentUuid, userUuid, status .*row 100/);
  });

  it('fails at the end of a short report without the fields, and not on one without rows', () => {
    const builder = new ActivityIndexBuilder({ isMapped: true });
    builder.end();
    takeMalformed(builder);
    assert.throws(() => builder.end(), /has no row with/);
  });

  it('takes any rows of a report that is not mapped', () => {
    const builder = new ActivityIndexBuilder();
    for (let count = 0; count < 200; count += 1) takeMalformed(builder);
    builder.end();
    assert.equal(builder.finish().counts.malformed, 200);
  });
});
