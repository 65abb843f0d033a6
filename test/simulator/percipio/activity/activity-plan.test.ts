import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ACTIVITY_SPAN_MS,
  ACTIVITY_UNTIL_MS,
  type ActivityPlan,
  type ActivityRow,
  createActivityRow,
  planActivity,
  ROW_STATUSES,
} from '../../../../src/simulator/percipio/activity/activity-plan.ts';
import { isCourseOrAssessment } from '../../../../src/simulator/percipio/organization/content-kinds.ts';
import { createOrganization, type Organization } from '../../../../src/simulator/percipio/organization/organization.ts';

function organizationOf(users: number, courses: number, seed = 3): Organization {
  return createOrganization({ seed, users, courses, organizationId: '00000000-0000-4000-8000-000000000000' });
}

function rowsOf(plan: ActivityPlan): ActivityRow[] {
  return Array.from({ length: plan.rows }, (_, position) => {
    const row = createActivityRow();
    plan.read(position, row);
    return row;
  });
}

const USERS = 2000;
const COURSES = 500;
const ROWS = 40_000;
const organization = organizationOf(USERS, COURSES);
const plan = planActivity(organization, ROWS);
const rows = rowsOf(plan);
const learnt = rows.filter(({ content }) => isCourseOrAssessment(organization.contentKindAt(content)));

test('activityRows counts the rows on courses and assessments; one in eight more is on other contents', () => {
  assert.equal(learnt.length, ROWS);
  assert.equal(rows.length, ROWS + ROWS / 8);
});

test('live and compliance courses add a tenth of the rows, and do not change other data', () => {
  const larger = createOrganization({
    seed: 3,
    users: USERS,
    courses: COURSES,
    organizationId: organization.organizationId,
    liveCourses: 4,
    complianceCourses: 9,
  });
  const extra = rowsOf(planActivity(larger, ROWS)).filter(({ content }) => content >= organization.contentsEver);
  assert.equal(extra.length, ROWS / 10);
  assert.equal(new Set(extra.map(({ content }) => content)).size, 4 + 6);
  assert.equal(planActivity(larger, ROWS).rows, rows.length + extra.length);
  assert.deepEqual(larger.catalogItemAt(COURSES - 1), organization.catalogItemAt(COURSES - 1));
  assert.deepEqual(larger.userAt(7), organization.userAt(7));
});

test('each planned row comes up at one position only, whatever their number', () => {
  for (const count of [0, 1, 2, 3, 7, 8, 9, 100, 997, 1000, 4096]) {
    const bits = rowsOf(planActivity(organization, count)).map((row) => row.bits);
    assert.equal(bits.length, count + Math.floor(count / 8));
    assert.equal(new Set(bits).size, bits.length);
  }
});

test('rows run from the last access to the first one, in the four years before 2025', () => {
  const times = rows.map(({ lastAccessMs }) => lastAccessMs);
  assert.deepEqual(
    times,
    [...times].sort((a, b) => b - a),
  );
  assert.ok(times.every((ms) => ms < ACTIVITY_UNTIL_MS && ms >= ACTIVITY_UNTIL_MS - ACTIVITY_SPAN_MS - 1));
});

test('one course is held by nearly everybody', () => {
  const users = new Map<number, Set<number>>();
  for (const { content, user } of learnt) {
    users.set(content, (users.get(content) ?? new Set()).add(user));
  }
  const most = Math.max(...[...users.values()].map((set) => set.size));
  assert.ok(most >= USERS * 0.95);
});

test('the other rows are skewed: half of them fall on about a quarter of the courses', () => {
  const counts = new Map<number, number>();
  for (const { content } of learnt) counts.set(content, (counts.get(content) ?? 0) + 1);
  const sorted = [...counts.values()].sort((a, b) => b - a).slice(1);
  const all = sorted.reduce((sum, count) => sum + count, 0);
  const popular = sorted.slice(0, Math.floor(sorted.length / 4)).reduce((sum, count) => sum + count, 0);
  assert.ok(popular / all > 0.42 && popular / all < 0.58, String(popular / all));
});

test('some rows repeat a course and user, some are of people and courses that are gone', () => {
  const pairs = new Set(learnt.map(({ content, user }) => content * 10_000 + user));
  assert.ok(learnt.length - pairs.size > ROWS * 0.05);
  const gonePeople = learnt.filter(({ user }) => user >= USERS).length / ROWS;
  const goneCourses = learnt.filter(({ content }) => content >= COURSES).length / ROWS;
  for (const share of [gonePeople, goneCourses]) {
    assert.ok(share > 0.004 && share < 0.012, String(share));
  }
  assert.ok(rows.every(({ user, content }) => user < organization.usersEver && content < organization.contentsEver));
});

test('most rows are Completed or Started, a few have other statuses, and a few are written in another case', () => {
  const counts: Record<string, number> = {};
  for (const { status } of rows) {
    const name = ROW_STATUSES[status] ?? '';
    counts[name] = (counts[name] ?? 0) + 1;
  }
  const share = (status: string): number => (counts[status] ?? 0) / rows.length;
  assert.ok(share('Completed') > 0.6 && share('Completed') < 0.66);
  assert.ok(share('Started') > 0.26 && share('Started') < 0.32);
  assert.deepEqual(Object.keys(counts).sort(), [...ROW_STATUSES].sort());
  assert.ok(share('started') < 0.003 && share('COMPLETED') < 0.003);
});

test('inPeriod finds the rows between two times, both included', () => {
  const [first, last] = [rows[100], rows[250]];
  assert.ok(first && last);
  assert.deepEqual(plan.inPeriod(last.lastAccessMs, first.lastAccessMs), { first: 100, end: 251 });
  assert.deepEqual(plan.inPeriod(last.lastAccessMs + 1, first.lastAccessMs - 1), { first: 101, end: 250 });
  assert.deepEqual(plan.inPeriod(-Infinity, Infinity), { first: 0, end: rows.length });
  const none = plan.inPeriod(ACTIVITY_UNTIL_MS, ACTIVITY_UNTIL_MS + 1);
  assert.equal(none.end - none.first, 0);
});

test('an organization without users or courses has rows of people and courses that are gone', () => {
  for (const [users, courses] of [
    [0, 0],
    [0, 20],
    [20, 0],
  ] as const) {
    const empty = organizationOf(users, courses);
    for (const { content, user } of rowsOf(planActivity(empty, 50))) {
      assert.ok(user < empty.usersEver && content < empty.contentsEver);
    }
  }
});
