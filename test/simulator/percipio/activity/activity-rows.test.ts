import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ActivityPlan, planActivity } from '../../../../src/simulator/percipio/activity/activity-plan.ts';
import {
  type ActivityFilter,
  type ActivitySource,
  activityRows,
} from '../../../../src/simulator/percipio/activity/activity-rows.ts';
import { createRowFragments } from '../../../../src/simulator/percipio/activity/row-fragments.ts';
import { createOrganization } from '../../../../src/simulator/percipio/organization/organization.ts';

type Row = Record<string, string>;

const ALL: ActivityFilter = { startMs: -Infinity, endMs: Infinity, ascending: false };

function sourceOf(seed: number, rows: number, users = 300, courses = 100): ActivitySource {
  const organization = createOrganization({ seed, users, courses, organizationId: 'x' });
  return { organization, plan: planActivity(organization, rows), fragments: createRowFragments(organization) };
}

function parse(source: ActivitySource, filter: ActivityFilter = ALL): Row[] {
  return JSON.parse(
    activityRows(source, filter)
      .map((block) => Buffer.from(block))
      .toArray()
      .join(''),
  );
}

test('the report is a JSON array of flat objects of strings, about 35 keys and 900 bytes each', () => {
  const source = sourceOf(1, 8000);
  const bytes = [...activityRows(source, ALL)].reduce((sum, block) => sum + block.length, 0);
  const rows = parse(source);
  assert.equal(rows.length, 9000);
  assert.ok(bytes / rows.length > 850 && bytes / rows.length < 1050, String(bytes / rows.length));
  for (const row of rows) {
    assert.ok(Object.values(row).every((value) => typeof value === 'string'));
    const keys = Object.keys(row).length;
    assert.ok(keys >= 33 && keys <= 38, String(keys));
  }
});

test('rows name users and contents as users and catalog do', () => {
  const source = sourceOf(1, 3000);
  const users = new Map(Array.from({ length: 300 }, (_, index) => [source.organization.userAt(index).id, index]));
  for (const row of parse(source)) {
    const user = users.get(row.userUuid ?? '');
    if (user === undefined) continue;
    const { email, firstName, isActive } = source.organization.userAt(user);
    assert.equal(row.emailAddress, email ?? '');
    assert.equal(row.firstName, firstName ?? '');
    assert.equal(row.userStatus, isActive ? 'Active' : 'Inactive');
  }
});

test('dates are ISO 8601, in order, and a row has a completedDate if and only if it is completed', () => {
  const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
  for (const { status = '', firstAccess = '', lastAccess = '', completedDate } of parse(sourceOf(2, 5000))) {
    assert.match(firstAccess, iso);
    assert.equal(new Date(lastAccess).toISOString(), lastAccess);
    assert.ok(firstAccess <= lastAccess);
    assert.equal(completedDate !== undefined, ['COMPLETED', 'ACHIEVED'].includes(status.toUpperCase()));
    if (completedDate !== undefined) {
      assert.equal(new Date(completedDate).toISOString(), completedDate);
      assert.ok(firstAccess <= completedDate && completedDate <= lastAccess);
    }
  }
});

test('the order of keys depends on the organization', () => {
  const orders = [1, 2, 3, 4].map((seed) => Object.keys(parse(sourceOf(seed, 8))[0] ?? {}).join());
  assert.equal(new Set(orders).size, orders.length);
});

test('filters choose rows by type, status and period, and the order can be turned round', () => {
  const source = sourceOf(3, 4000);
  const all = parse(source);
  const courses = parse(source, { ...ALL, kinds: new Set([0]) });
  assert.deepEqual(
    courses,
    all.filter(({ contentType }) => contentType === 'Course'),
  );
  const started = parse(source, { ...ALL, statuses: new Set(['STARTED']) });
  assert.deepEqual(
    started,
    all.filter(({ status }) => status?.toUpperCase() === 'STARTED'),
  );
  const [from, to] = ['2022-03-01T00:00:00.000Z', '2022-09-01T00:00:00.000Z'];
  const period = parse(source, { ...ALL, startMs: Date.parse(from), endMs: Date.parse(to) });
  assert.ok(period.length > 100);
  assert.deepEqual(
    period,
    all.filter(({ lastAccess = '' }) => lastAccess >= from && lastAccess <= to),
  );
  assert.deepEqual(parse(source, { ...ALL, ascending: true }), all.toReversed());
});

test('a report without rows is an empty array', () => {
  assert.deepEqual(parse(sourceOf(1, 0)), []);
  assert.deepEqual(parse(sourceOf(1, 100), { ...ALL, endMs: 0 }), []);
});

test('rows are computed when they are read: the first block of ten million costs a few hundred', () => {
  const source = sourceOf(1, 10_000_000);
  let reads = 0;
  const counted: ActivityPlan = {
    ...source.plan,
    read: (position, row) => {
      reads += 1;
      source.plan.read(position, row);
    },
  };
  const rows = activityRows({ ...source, plan: counted }, ALL);
  const first = rows.next().value as Buffer;
  rows.return(undefined);
  assert.ok(first.length <= 256 * 1024);
  assert.ok(reads < 500, String(reads));
});
