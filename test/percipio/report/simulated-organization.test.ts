// The client and the index together, against a simulated organization whose truth is known.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CatalogPosition } from '../../../src/percipio/api/content.ts';
import type { PercipioClient } from '../../../src/percipio/api/percipio-client.ts';
import type { ActivityIndex } from '../../../src/percipio/report/scan/activity-index.ts';
import { downloadActivity } from '../../../src/percipio/report/scan/download-activity.ts';
import type { PercipioSimulator } from '../../../src/simulator/percipio/percipio-simulator.ts';
import { CATALOG_LAST } from '../../../src/simulator/percipio/routes/catalog-content.ts';
import type { PercipioSimulatorOptions } from '../../../src/simulator/percipio/simulator-options.ts';
import { startSimulator } from '../../simulator/percipio/start-simulator.ts';
import { captureError } from '../api/capture-error.ts';
import { createTestClient, never } from '../api/start-server.ts';

const period = { start: new Date('2015-01-01T00:00:00Z'), end: new Date('2030-01-01T00:00:00Z') };

async function start(t: TestContext, options: PercipioSimulatorOptions = {}) {
  const simulator = await startSimulator(t, options);
  const { organizationId, token } = simulator;
  const client = createTestClient(t, simulator.url, { organizationId, token, retry: { attemptsMax: 8 } });
  return { simulator, client };
}

async function listUserIds(client: PercipioClient, max: number): Promise<string[]> {
  const ids: string[] = [];
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const page = await client.users.list({ max, offset }, never);
    ids.push(...page.items.map((user) => user.id));
    offset = page.nextOffset;
  }
  return ids;
}

async function listCourseIds(client: PercipioClient, max: number): Promise<string[]> {
  const ids: string[] = [];
  let position: CatalogPosition | undefined;
  do {
    const page = await client.content.listCatalog({ max, position }, never);
    const courses = page.items.filter(
      (item) =>
        ['COURSE', 'ASSESSMENT'].includes(item.contentType?.percipioType ?? '') &&
        item.lifecycle?.status !== 'INACTIVE',
    );
    ids.push(...courses.map((item) => item.id));
    position = page.next;
  } while (position !== undefined);
  return ids;
}

/** Requests a report, waits for it and reads it, as a sync does. */
async function readActivity(client: PercipioClient, users: string[], courses: string[]): Promise<ActivityIndex> {
  const { value } = await client.reports.requestLearningActivity(
    { ...period, contentType: 'Course,Assessment' },
    never,
  );
  const open = async () => {
    for (;;) {
      const poll = await client.reports.poll(value.id, never);
      if (poll.state === 'ready') return poll.body;
      await sleep(1);
    }
  };
  const retry = { attemptsMax: 8, delayMinMs: 1, delayMaxMs: 1, retryAfterMaxMs: 1 };
  return (await downloadActivity({ open, signal: never, retry })).finish({ users, courses });
}

/** Grants as the truth writes them. */
function grantIdsOf(index: ActivityIndex): string[] {
  const ids: string[] = [];
  for (const course of index.courseIds) {
    index.visit(course, 0, index.countOf(course), (user, status) =>
      ids.push(`course:${course}:${status}:user:${user}`),
    );
  }
  return ids.sort();
}

function assertCounts(index: ActivityIndex, simulator: PercipioSimulator): void {
  const truth = simulator.truth.counts();
  const byStatus: Record<string, number> = {};
  for (const [status, count] of index.counts.otherStatuses) byStatus[status.toUpperCase()] = count;
  assert.deepEqual(byStatus, truth.rowsLeftOut.byStatus);
  assert.deepEqual(
    { ...index.counts, otherStatuses: undefined },
    {
      rows: truth.rows,
      grants: truth.completedGrants + truth.inProgressGrants,
      duplicates: truth.repeatedRows,
      malformed: 0,
      otherStatuses: undefined,
      unknownCourses: truth.rowsLeftOut.unknownCourse + truth.rowsLeftOut.unsyncedCourse,
      unknownUsers: truth.rowsLeftOut.unknownUser,
    },
  );
}

describe('a simulated organization', () => {
  for (const catalogLast of CATALOG_LAST) {
    it(`is read as it is (last catalog page told by: ${catalogLast})`, async (t) => {
      const { simulator, client } = await start(t, { users: 230, courses: 310, activityRows: 6000, catalogLast });
      const users = await listUserIds(client, 100);
      const courses = await listCourseIds(client, 100);
      assert.deepEqual(users.toSorted(), [...simulator.truth.userIds()].sort());
      assert.deepEqual(courses.toSorted(), [...simulator.truth.courseIds()].sort());
      const index = await readActivity(client, users, courses);
      assert.deepEqual(grantIdsOf(index), [...simulator.truth.grantIds({ type: 'course' })].sort());
      assertCounts(index, simulator);
    });
  }

  it('is read as it is while requests fail in every way', async (t) => {
    const { simulator, client } = await start(t, {
      users: 120,
      courses: 120,
      activityRows: 4000,
      reportPolls: { pending: 2, inProgress: 2, empty: 2 },
    });
    const times = 1000;
    const rate = 0.05;
    for (const status of [429, 502, 503, 504]) simulator.faults.add({ kind: 'status', status, rate, times });
    for (const kind of ['reset', 'lostAnswer', 'emptyBody', 'truncate', 'garbage'] as const) {
      simulator.faults.add({ kind, rate, times, match: { method: 'GET' } });
    }
    const users = await listUserIds(client, 10);
    const courses = await listCourseIds(client, 10);
    const index = await readActivity(client, users, courses);
    assert.deepEqual(users.toSorted(), [...simulator.truth.userIds()].sort());
    assert.deepEqual(courses.toSorted(), [...simulator.truth.courseIds()].sort());
    assert.deepEqual(grantIdsOf(index), [...simulator.truth.grantIds({ type: 'course' })].sort());
    assertCounts(index, simulator);
    assert.ok(client.statistics().retries > 5, 'faults should have struck');
  });

  it('finds a course by its id, and none for an id that is not there', async (t) => {
    const { simulator, client } = await start(t);
    const [id = ''] = simulator.truth.courseIds();
    assert.equal((await client.content.find(id, undefined, never)).value?.id, id);
    assert.equal((await client.content.find('00000000-0000-4000-8000-000000000000', 'COURSE', never)).value, undefined);
  });

  it('gives each user alone as it gives it in the list', async (t) => {
    const { client } = await start(t, { users: 30 });
    const { items } = await client.users.list({ max: 1000, offset: 0 }, never);
    for (const item of items) assert.deepEqual((await client.users.get(item.id, never)).value, item);
  });

  it('permits what its service account may do, and nothing else', async (t) => {
    const { simulator, client } = await start(t);
    for (const family of ['user-management', 'content-discovery', 'reporting'] as const) {
      await client.probes.probe(family, never);
      simulator.forbidden.add(family);
      const error = await captureError(client.probes.probe(family, never));
      assert.deepEqual([error.status, error.family], [403, family]);
    }
  });

  it('loses a report that has expired', async (t) => {
    const { simulator, client } = await start(t);
    const { value } = await client.reports.requestLearningActivity(
      { ...period, contentType: 'Course,Assessment' },
      never,
    );
    simulator.expireReport(value.id);
    assert.equal((await captureError(client.reports.poll(value.id, never))).kind, 'report-expired');
  });

  it('fails to make a report', async (t) => {
    const { client } = await start(t, { reportFails: true, reportPolls: { pending: 0, inProgress: 0 } });
    const { value } = await client.reports.requestLearningActivity(
      { ...period, contentType: 'Course,Assessment' },
      never,
    );
    assert.equal((await captureError(client.reports.poll(value.id, never))).kind, 'report-failed');
  });
});
