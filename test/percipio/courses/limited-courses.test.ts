import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ConnectError } from '@connectrpc/connect';
import { Code, ServiceError } from '../../../src/baton/author/service-error.ts';
import type { PercipioSimulator } from '../../../src/simulator/percipio/percipio-simulator.ts';
import { startSimulator } from '../../simulator/percipio/start-simulator.ts';
import { courseItem, createContext, startConnector, uuid } from '../start-connector.ts';

const titled = (number: number) => courseItem(uuid(number), `Course ${number}`);

async function startWithCourses(t: TestContext, courses: PercipioSimulator['data']['courses']) {
  const simulator = await startSimulator(t, { users: 0, courses: 0, activityRows: 0 });
  simulator.data.courses = courses;
  return simulator;
}

/** Lists the courses of a connector that is limited to `ids`, page by page. */
async function list(t: TestContext, simulator: PercipioSimulator, ids: readonly string[]) {
  const { connector } = startConnector(t, simulator, { settings: { 'limited-courses': ids } });
  const listing = connector.resourceTypes.find((syncer) => syncer.type.id === 'course')?.list;
  assert.ok(listing);
  const { context, told } = createContext();
  const pages: string[][] = [];
  let token: unknown;
  do {
    const { items, next } = await listing.page({ pageSize: 1000 }, token, context);
    pages.push(items.map((course) => course.id?.resource ?? ''));
    token = next;
  } while (token !== undefined);
  return { pages, warnings: told.warnings };
}

test('exactly the listed courses are synced, and the catalog is not read', async (t) => {
  const simulator = await startWithCourses(
    t,
    Array.from({ length: 50 }, (_, number) => titled(number)),
  );
  const { pages, warnings } = await list(t, simulator, [uuid(7), uuid(3), uuid(7)]);
  assert.deepEqual(pages, [[uuid(7), uuid(3)]]);
  assert.deepEqual(warnings, []);
  assert.equal(simulator.requests.of({ path: /catalog-content/ }).length, 0);
  assert.equal(simulator.requests.total, 2);
});

test('a course is matched by its id, not by what mentions it', async (t) => {
  const mentioning = { ...titled(1), associations: { parent: { id: uuid(2), title: 'Parent' } } };
  const simulator = await startWithCourses(t, [mentioning, titled(2)]);
  assert.deepEqual((await list(t, simulator, [uuid(2)])).pages, [[uuid(2)]]);
});

test('a long list comes in pages, and every course once', async (t) => {
  const numbers = Array.from({ length: 60 }, (_, number) => number);
  const simulator = await startWithCourses(t, numbers.map(titled));
  const { pages } = await list(t, simulator, numbers.map(uuid));
  assert.deepEqual(pages.flat(), numbers.map(uuid));
  assert.deepEqual(
    pages.map((page) => page.length),
    [25, 25, 10],
  );
});

const notSynced: [what: string, item: ReturnType<typeof titled> | undefined, expected: RegExp][] = [
  [
    'that Percipio does not know',
    undefined,
    /Percipio finds nothing of the --content-types with this id\. Check the id, /,
  ],
  [
    'that is inactive',
    { ...titled(5), lifecycle: { status: 'INACTIVE' } },
    /"Course 5" is inactive in Percipio\. Remove it from the list, or reactivate it$/,
  ],
];
for (const [what, item, expected] of notSynced) {
  test(`a listed course ${what} is named in a warning with the reason, and the others are synced`, async (t) => {
    const simulator = await startWithCourses(t, [titled(1), ...(item ? [item] : [])]);
    const { pages, warnings } = await list(t, simulator, [uuid(5), uuid(1)]);
    assert.deepEqual(pages, [[uuid(1)]]);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', new RegExp(`^--limited-courses: ${uuid(5)} is not synced: `));
    assert.match(warnings[0] ?? '', expected);
  });
}

test('a listed item that search finds and that is no course is named with its type', async (t) => {
  const simulator = await startWithCourses(t, [titled(1)]);
  const video = { ...titled(5), contentType: { percipioType: 'VIDEO' } };
  const match = { path: new RegExp(`search-content.*${uuid(5)}`) };
  simulator.faults.add({ kind: 'status', status: 200, body: [video], match });
  const { pages, warnings } = await list(t, simulator, [uuid(5), uuid(1)]);
  assert.deepEqual(pages, [[uuid(1)]]);
  assert.match(warnings[0] ?? '', /"Course 5" is VIDEO, and not one of the --content-types\. Remove it from the list$/);
});

test('a course is found whatever the case of its id in Percipio', async (t) => {
  const id = '5b1c9d52-8f0e-4c8b-9a55-0c6f5e3a7d10';
  const simulator = await startWithCourses(t, [courseItem(id.toUpperCase())]);
  assert.deepEqual((await list(t, simulator, [id])).pages, [[id.toUpperCase()]]);
});

const inactive = (number: number) => ({ ...titled(number), lifecycle: { status: 'INACTIVE' } });
const reasonOf = (error: unknown) => error instanceof ServiceError && [error.code, error.reason];

for (const [what, numbers, courses] of [
  ['exists', [5], []],
  ['is active', [5, 6], [inactive(5), inactive(6)]],
  ['exists or is active, on several pages', Array.from({ length: 60 }, (_, number) => number), [inactive(3)]],
] as const) {
  test(`the listing fails if none of the listed courses ${what}`, async (t) => {
    const simulator = await startWithCourses(t, [...courses]);
    await assert.rejects(list(t, simulator, numbers.map(uuid)), (error) => {
      assert.deepEqual(reasonOf(error), [Code.FailedPrecondition, 'no_limited_course']);
      assert.match(
        (error as ServiceError).rawMessage,
        /^--limited-courses \(BATON_LIMITED_COURSES\): none of its courses can be synced\. 00000000-\S+ is not synced: /,
      );
      return true;
    });
  });
}

for (const [where, existing] of [
  ['first', 0],
  ['middle', 30],
  ['last', 59],
] as const) {
  test(`one course on the ${where} page of a long list is enough`, async (t) => {
    const simulator = await startWithCourses(t, [titled(existing)]);
    const { pages, warnings } = await list(
      t,
      simulator,
      Array.from({ length: 60 }, (_, number) => uuid(number)),
    );
    assert.deepEqual(pages.flat(), [uuid(existing)]);
    assert.equal(warnings.length, 59);
  });
}

/** Lists page by page over gRPC messages, each page from a process of its own. */
async function listInProcesses(t: TestContext, simulator: PercipioSimulator, ids: readonly string[]) {
  const counts: number[] = [];
  let pageToken = '';
  do {
    const { resources } = startConnector(t, simulator, { settings: { 'limited-courses': ids } });
    const page = await resources.listResources({ resourceTypeId: 'course', pageToken, activeSyncId: 'sync-1' });
    counts.push(page.list.length);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return counts;
}

test('several processes that list page by page fail at the end if no listed course exists', async (t) => {
  const ids = Array.from({ length: 60 }, (_, number) => uuid(number));
  const simulator = await startWithCourses(t, [titled(0)]);
  assert.deepEqual(await listInProcesses(t, simulator, ids), [1, 0, 0]);
  simulator.data.courses = [];
  await assert.rejects(listInProcesses(t, simulator, ids), (error) => {
    assert.ok(error instanceof ConnectError);
    assert.equal(error.code, Code.FailedPrecondition);
    return true;
  });
  assert.equal(simulator.requests.of({ path: /search-content/ }).length, 120);
});

test('a search that passes on a later attempt loses no course', async (t) => {
  const simulator = await startWithCourses(t, [titled(1), titled(2), titled(3), titled(4)]);
  simulator.faults.add({ kind: 'status', status: 503, match: { path: /search-content/ }, times: 3 });
  simulator.faults.add({ kind: 'reset', match: { path: /search-content/ } });
  const { pages } = await list(t, simulator, [1, 2, 3, 4].map(uuid));
  assert.deepEqual(pages, [[1, 2, 3, 4].map(uuid)]);
});

for (const status of [403, 500, 503]) {
  test(`a search that fails for good with ${status} fails the listing`, async (t) => {
    const simulator = await startWithCourses(t, [titled(1), titled(2)]);
    simulator.faults.add({
      kind: 'status',
      status,
      match: { path: new RegExp(`q=${uuid(2)}`) },
      times: Number.POSITIVE_INFINITY,
    });
    await assert.rejects(
      list(t, simulator, [uuid(1), uuid(2)]),
      (error) =>
        error instanceof ServiceError && error.code === (status === 403 ? Code.PermissionDenied : Code.Unavailable),
    );
  });
}
