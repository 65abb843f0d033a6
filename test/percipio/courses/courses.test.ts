import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Code, type ConnectError } from '@connectrpc/connect';
import type { PercipioSimulatorOptions } from '../../../src/simulator/percipio/simulator-options.ts';
import { startSimulator } from '../../simulator/percipio/start-simulator.ts';
import { courseItem, createContext, decodeToken, readResources, startConnector, uuid } from '../start-connector.ts';

const catalogPath = /catalog-content$/;

/** A simulator with as many active courses. */
async function startWithCourses(t: TestContext, count: number, options: PercipioSimulatorOptions = {}) {
  const simulator = await startSimulator(t, { users: 0, courses: 0, activityRows: 0, ...options });
  simulator.data.courses = Array.from({ length: count }, (_, index) => courseItem(uuid(index)));
  return simulator;
}

test('the type course is called course, without traits', async (t) => {
  const { connector } = startConnector(t, await startWithCourses(t, 0));
  const type = connector.resourceTypes.find((syncer) => syncer.type.id === 'course')?.type;
  assert.deepEqual([type?.displayName, type?.traits], ['course', []]);
});

test('of a generated catalog the active courses and assessments become resources, and the rest is counted', async (t) => {
  const simulator = await startSimulator(t, { users: 0, courses: 260, activityRows: 0 });
  const { connector } = startConnector(t, simulator);
  const { context, told } = createContext();
  const page = await connector.resourceTypes
    .find((syncer) => syncer.type.id === 'course')
    ?.list.page({ pageSize: 1000 }, undefined, context);
  const truth = simulator.truth.courseIds();
  assert.deepEqual(new Set(page?.items.map((course) => course.id?.resource)), truth);
  const { courses } = simulator.data;
  const ofType = courses.filter(({ contentType }) => /^(COURSE|ASSESSMENT)$/.test(contentType?.percipioType ?? ''));
  assert.deepEqual(told.skipped, {
    'catalog items of content types that are not synced': courses.length - ofType.length,
    'inactive courses and assessments': ofType.length - truth.size,
  });
});

for (const catalogLast of ['link', 'total', 'both', 'neither'] as const) {
  test(`the catalog is read to its last page where its end is told by: ${catalogLast}`, async (t) => {
    const simulator = await startWithCourses(t, 1100, { catalogLast });
    const courses = await readResources(startConnector(t, simulator), 'course', 's1');
    assert.equal(new Set(courses.map((course) => course.id?.resource)).size, 1100);
    assert.equal(courses.length, 1100);
    const offsets = simulator.requests.of({ path: catalogPath }).map(({ query }) => query.offset);
    assert.deepEqual(offsets, ['0', '1000']);
  });
}

test('a catalog of exactly one full page ends with it', async (t) => {
  const simulator = await startWithCourses(t, 1000);
  assert.equal((await readResources(startConnector(t, simulator), 'course', 's1')).length, 1000);
  assert.equal(simulator.requests.of({ path: catalogPath }).length, 1);
});

test('all pages come from the data set that the first one froze', async (t) => {
  const simulator = await startWithCourses(t, 1500);
  const { resources } = startConnector(t, simulator);
  const first = await resources.listResources({ resourceTypeId: 'course' });
  simulator.data.courses = [];
  const second = await resources.listResources({ resourceTypeId: 'course', pageToken: first.nextPageToken });
  assert.equal(second.list.length, 500);
  const [, request] = simulator.requests.of({ path: catalogPath });
  assert.ok(request?.query.pagingRequestId);
});

test('a page token holds the place in the frozen data set, and another process goes on from it', async (t) => {
  const simulator = await startWithCourses(t, 2100);
  const [one, other] = [startConnector(t, simulator), startConnector(t, simulator)];
  const { nextPageToken: pageToken } = await one.resources.listResources({ resourceTypeId: 'course' });
  const { t: token } = decodeToken(pageToken) as { t: Record<string, unknown> };
  assert.deepEqual([token.offset, token.lastOffset, typeof token.pagingRequestId], [1000, 2000, 'string']);
  const second = await other.resources.listResources({ resourceTypeId: 'course', pageToken });
  assert.equal(second.list[0]?.id?.resource, uuid(1000));
  const third = await other.resources.listResources({ resourceTypeId: 'course', pageToken: second.nextPageToken });
  assert.equal(third.list.length, 100);
  assert.deepEqual((decodeToken(third.nextPageToken) as { t: unknown }).t, { compliance: 0 });
});

test('another process that goes on with the compliance courses repeats none of the catalog', async (t) => {
  const simulator = await startWithCourses(t, 1100);
  const { data, requests } = simulator;
  data.complianceCourses = [courseItem(uuid(7), 'Another title'), courseItem(uuid(2000)), courseItem(uuid(1050))];
  const page = (pageToken: string) =>
    startConnector(t, simulator).resources.listResources({ resourceTypeId: 'course', pageToken, activeSyncId: 's1' });
  const first = await page('');
  const second = await page(first.nextPageToken);
  const third = await page(second.nextPageToken);
  assert.deepEqual([first.list.length, second.list.length, third.nextPageToken], [1000, 100, '']);
  assert.deepEqual(
    third.list.map(({ id }) => id?.resource),
    [uuid(2000)],
  );
  // It had not listed the catalog, so it read that first.
  assert.deepEqual(
    requests.of({ path: catalogPath }).map(({ query }) => query.offset),
    ['0', '1000', '0', '1000'],
  );
});

test('a course has its two entitlements on one page', async (t) => {
  const simulator = await startWithCourses(t, 1);
  const { resources, entitlements } = startConnector(t, simulator);
  const [resource] = (await resources.listResources({ resourceTypeId: 'course' })).list;
  assert.ok(resource);
  const { list, nextPageToken } = await entitlements.listEntitlements({ resource });
  assert.deepEqual(
    list.map((entitlement) => entitlement.id),
    [`course:${uuid(0)}:completed`, `course:${uuid(0)}:in_progress`],
  );
  assert.equal(nextPageToken, '');
});

test('GetResource finds a course by its id, and is NOT_FOUND for one that is not synced', async (t) => {
  const simulator = await startWithCourses(t, 3);
  simulator.data.courses.push({ ...courseItem(uuid(7)), lifecycle: { status: 'INACTIVE' } });
  const { getter } = startConnector(t, simulator);
  const get = (resource: string) => getter.getResource({ resourceId: { resourceType: 'course', resource } });
  assert.equal((await get(uuid(1))).resource?.displayName, `Course ${uuid(1)}`);
  for (const id of [uuid(7), uuid(99)]) {
    await assert.rejects(get(id), (error: ConnectError) => error.code === Code.NotFound);
  }
});
