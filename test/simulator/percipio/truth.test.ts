import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CatalogItem, PercipioUser } from '../../../src/simulator/percipio/organization/api-objects.ts';
import type { PercipioSimulator } from '../../../src/simulator/percipio/percipio-simulator.ts';
import { CATALOG, COMPLIANCE, call, READY_AT_ONCE, requestReport, startSimulator, USERS } from './start-simulator.ts';

const SIZE = { seed: 11, users: 150, courses: 120, activityRows: 6000, ...READY_AT_ONCE };

interface Recount {
  userIds: string[];
  courseIds: string[];
  roleIds: string[];
  roleGrantIds: string[];
  grantIds: string[];
  rowsLeftOut: { byStatus: Record<string, number>; unknownCourse: number; unsyncedCourse: number; unknownUser: number };
  repeatedRows: number;
}

/** What can be found over HTTP, by the rules as they are told, and by nothing of the simulator's own. */
async function recount(
  simulator: PercipioSimulator,
  period?: { start: string; end: string },
  types: Readonly<Record<string, string>> = { COURSE: 'Course', ASSESSMENT: 'Assessment' },
): Promise<Recount> {
  const users: PercipioUser[] = (await call(simulator, USERS)).json;
  const compliance: CatalogItem[] = (await call(simulator, COMPLIANCE)).json;
  const complianceIds = compliance.map(({ id }) => id);
  const catalog: CatalogItem[] = (await call(simulator, CATALOG)).json;
  const items = [...catalog.filter(({ id }) => !complianceIds.includes(id)), ...compliance];
  const request = {
    start: '2000-01-01T00:00:00Z',
    end: '2099-01-01T00:00:00Z',
    contentType: Object.values(types).join(),
    ...period,
  };
  const rows: Record<string, string>[] = (await call(simulator, await requestReport(simulator, request))).json;

  const userIds = users.map(({ id }) => id);
  const courseIds = items
    .filter(({ id, contentType }) => complianceIds.includes(id) || types[contentType?.percipioType ?? ''] !== undefined)
    .filter(({ lifecycle }) => lifecycle?.status?.toUpperCase() !== 'INACTIVE')
    .map(({ id }) => id);
  const grants = new Map<string, string>();
  const rowsLeftOut: Recount['rowsLeftOut'] = { byStatus: {}, unknownCourse: 0, unsyncedCourse: 0, unknownUser: 0 };
  let repeatedRows = 0;
  for (const { contentUuid = '', userUuid = '', status = '' } of rows) {
    const upper = status.toUpperCase();
    const slug = /^(COMPLETED|ACHIEVED)$/.test(upper)
      ? 'completed'
      : /^(STARTED|ACTIVE)$/.test(upper)
        ? 'in_progress'
        : '';
    if (slug === '') {
      rowsLeftOut.byStatus[upper] = (rowsLeftOut.byStatus[upper] ?? 0) + 1;
    } else if (!items.some(({ id }) => id === contentUuid)) {
      rowsLeftOut.unknownCourse += 1;
    } else if (!courseIds.includes(contentUuid)) {
      rowsLeftOut.unsyncedCourse += 1;
    } else if (!userIds.includes(userUuid)) {
      rowsLeftOut.unknownUser += 1;
    } else {
      const pair = `${contentUuid} ${userUuid}`;
      repeatedRows += grants.has(pair) ? 1 : 0;
      if (grants.get(pair) !== 'completed') grants.set(pair, slug);
    }
  }
  const grantIds = [...grants].map(([pair, slug]) => {
    const [course, user] = pair.split(' ');
    return `course:${course}:${slug}:user:${user}`;
  });
  const roles = ['ADMIN', 'CONTENT_COORDINATOR', 'CONTENT_CURATOR', 'LEARNER', 'LEARNING_ADMIN', 'MANAGER'];
  const roleIds = [...roles, ...users.flatMap(({ role }) => (role && !roles.includes(role) ? [role] : []))];
  const roleGrantIds = users.flatMap(({ id, role }) => (role ? [`role:${role}:assigned:user:${id}`] : []));
  return { userIds, courseIds, roleIds, roleGrantIds, grantIds, rowsLeftOut, repeatedRows };
}

async function assertTruth(simulator: PercipioSimulator): Promise<void> {
  const expected = await recount(simulator);
  const { truth } = simulator;
  assert.deepEqual([...truth.userIds()].sort(), expected.userIds.sort());
  assert.deepEqual([...truth.courseIds()].sort(), expected.courseIds.sort());
  assert.deepEqual(
    [...truth.entitlementIds({ type: 'course' })].sort(),
    expected.courseIds.flatMap((id) => [`course:${id}:completed`, `course:${id}:in_progress`]).sort(),
  );
  assert.deepEqual([...truth.grantIds({ type: 'course' })].sort(), expected.grantIds.sort());
  assert.deepEqual([...truth.roleIds()].sort(), expected.roleIds.sort());
  assert.deepEqual(
    [...truth.entitlementIds({ type: 'role' })].sort(),
    expected.roleIds.map((role) => `role:${role}:assigned`).sort(),
  );
  assert.deepEqual([...truth.grantIds({ type: 'role' })].sort(), expected.roleGrantIds.sort());
  for (const ids of [truth.entitlementIds, truth.grantIds]) {
    assert.deepEqual([...ids()].sort(), [...ids({ type: 'course' }), ...ids({ type: 'role' })].sort());
  }
  const counts = truth.counts();
  assert.deepEqual(counts.rowsLeftOut, expected.rowsLeftOut);
  assert.equal(counts.repeatedRows, expected.repeatedRows);
  assert.equal(counts.grants, expected.grantIds.length + expected.roleGrantIds.length);
  assert.equal(counts.completedGrants, expected.grantIds.filter((id) => id.includes(':completed:')).length);
  assert.equal(counts.inProgressGrants, expected.grantIds.length - counts.completedGrants);
  assert.equal(counts.roleGrants, expected.roleGrantIds.length);
  assert.equal(counts.roles, expected.roleIds.length);
}

test('the truth is what an independent recount over HTTP finds', async (t) => {
  const simulator = await startSimulator(t, SIZE);
  await assertTruth(simulator);
  const { rowsLeftOut, repeatedRows } = simulator.truth.counts();
  const { byStatus, ...others } = rowsLeftOut;
  assert.ok([...Object.values(byStatus), ...Object.values(others), repeatedRows].every((count) => count > 0));
  assert.deepEqual(Object.keys(byStatus).sort(), ['ABANDONED', 'LISTENED', 'READ', 'WATCHED']);
});

test('the truth follows edits of users and courses', async (t) => {
  const simulator = await startSimulator(t, SIZE);
  const before = simulator.truth.counts();
  simulator.data.users.splice(0, 20);
  simulator.data.users.push({ id: 'added', role: 'CUSTOM' }, { id: 'without role', role: '' });
  simulator.data.courses.splice(10, 5);
  const [retired] = simulator.data.courses;
  assert.ok(retired?.lifecycle);
  retired.lifecycle.status = 'INACTIVE';
  await assertTruth(simulator);
  const after = simulator.truth.counts();
  assert.ok(after.grants < before.grants);
  assert.equal(after.users, before.users - 18);
  assert.equal(after.roles, 7);
});

test('the truth includes each compliance course once, unless the scope excludes them', async (t) => {
  const simulator = await startSimulator(t, { ...SIZE, complianceCourses: 30 });
  await assertTruth(simulator);
  const { truth, data } = simulator;
  const [all, inCatalog] = [truth.counts(), truth.counts({ hasCompliance: false })];
  const own = data.complianceCourses.slice(10).filter(({ lifecycle }) => lifecycle?.status !== 'INACTIVE');
  assert.equal(all.courses - inCatalog.courses, own.length);
  const grants = [...truth.grantIds()].filter((grant) => own.some(({ id }) => grant.startsWith(`course:${id}:`)));
  assert.ok(grants.length > 100);
  assert.equal(all.grants - inCatalog.grants, grants.length);
  assert.equal(all.rows, inCatalog.rows);
  assert.ok(inCatalog.rowsLeftOut.unknownCourse > all.rowsLeftOut.unknownCourse + 100);
});

test('the scope selects other types of content, such as live courses', async (t) => {
  const simulator = await startSimulator(t, { ...SIZE, liveCourses: 6 });
  const types = { SCHEDULED_CONTENT: 'Scheduled Content', CHANNEL: 'Channel', LINKED_CONTENT: 'linked content' };
  const expected = await recount(simulator, undefined, types);
  const scope = { contentTypes: Object.keys(types) };
  assert.deepEqual([...simulator.truth.courseIds(scope)].sort(), expected.courseIds.sort());
  assert.deepEqual([...simulator.truth.grantIds({ ...scope, type: 'course' })].sort(), expected.grantIds.sort());
  assert.deepEqual(simulator.truth.counts(scope).rowsLeftOut, expected.rowsLeftOut);
  const live = simulator.data.courses.slice(-6);
  assert.ok(live.every(({ contentType }) => contentType?.percipioType === 'SCHEDULED_CONTENT'));
  assert.ok(live.some(({ id }) => expected.grantIds.some((grant) => grant.startsWith(`course:${id}:`))));
  await assertTruth(simulator);
});

test('statuses are case-insensitive, and excludesRetired excludes retired courses', async (t) => {
  const now = () => Date.parse('2025-01-01T00:00:00Z');
  const simulator = await startSimulator(t, { ...SIZE, now });
  const [one, two, three, four] = simulator.data.courses.filter(({ id }) => simulator.truth.courseIds().has(id));
  const all = simulator.truth.counts().courses;
  for (const [item, lifecycle] of [
    [one, { status: 'Inactive' }],
    [two, { status: 'retired' }],
    [three, { status: 'ACTIVE', retiredDate: '2024-12-31T23:59:59Z' }],
    [four, { status: 'active', retiredDate: '2025-01-01T00:00:01Z' }],
  ] as const) {
    assert.ok(item);
    item.lifecycle = lifecycle;
  }
  await assertTruth(simulator);
  assert.equal(simulator.truth.counts().courses, all - 1);
  assert.equal(simulator.truth.counts({ excludesRetired: true }).courses, all - 3);
});

test('counts hang together: every row is a grant, repeats one, or is left out for one reason', async (t) => {
  const simulator = await startSimulator(t, SIZE);
  const { rows, grants, roleGrants, repeatedRows, rowsLeftOut, ...counts } = simulator.truth.counts();
  const { byStatus, unknownCourse, unsyncedCourse, unknownUser } = rowsLeftOut;
  const byStatusInAll = Object.values(byStatus).reduce((sum, count) => sum + count, 0);
  assert.equal(rows, 6000);
  const courseGrants = grants - roleGrants;
  assert.equal(courseGrants + repeatedRows + byStatusInAll + unknownCourse + unsyncedCourse + unknownUser, rows);
  assert.equal(counts.users, 150);
  assert.equal(counts.roles, 6);
  assert.equal(counts.entitlements, 2 * counts.courses + counts.roles);
  assert.deepEqual(JSON.parse(JSON.stringify(simulator.truth)), simulator.truth.counts());
});

test('the scope limits the truth to a period and to some courses', async (t) => {
  const simulator = await startSimulator(t, SIZE);
  const [start, end] = ['2022-05-01T00:00:00.000Z', '2023-05-01T00:00:00.000Z'];
  const expected = await recount(simulator, { start, end });
  const inYear = [...simulator.truth.grantIds({ start: new Date(start), end: new Date(end), type: 'course' })];
  assert.deepEqual(inYear.sort(), expected.grantIds.sort());
  const courseIds = [...simulator.truth.courseIds()].slice(0, 2);
  const limited = [...simulator.truth.grantIds({ courseIds, type: 'course' })];
  const all = [...simulator.truth.grantIds()];
  assert.deepEqual(
    limited,
    all.filter((id) => courseIds.some((course) => id.startsWith(`course:${course}:`))),
  );
  assert.deepEqual([...simulator.truth.courseIds({ courseIds: [...courseIds, 'unknown'] })], courseIds);
});
