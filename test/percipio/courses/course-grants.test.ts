import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { Code, type ConnectError } from '@connectrpc/connect';
import { GrantMetadataSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import { GrantsServiceListGrantsResponseSchema } from '#gen/c1/connector/v2/grant_pb.js';
import { type Resource, ResourceSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { wireResponseMaxBytes } from '../../../src/baton/services/call-context.ts';
import { encodePageToken } from '../../../src/baton/services/lists/page-token.ts';
import { defaultTiming } from '../../../src/percipio/timing.ts';
import type { PercipioSimulator } from '../../../src/simulator/percipio/percipio-simulator.ts';
import type { PercipioSimulatorOptions } from '../../../src/simulator/percipio/simulator-options.ts';
import { READY_AT_ONCE, startSimulator } from '../../simulator/percipio/start-simulator.ts';
import {
  courseItem,
  createContext,
  decodeToken,
  readAllPages,
  readGrants,
  readResources,
  row,
  type StartedConnector,
  startConnector,
  uuid,
} from '../start-connector.ts';

const minuteMs = 60_000;
const userId = (number: number) => uuid(1000 + number);

/** A simulator with courses and users numbered from 0, and a report of `rows` for the first that asks. */
async function start(
  t: TestContext,
  size: { courses: number; users: number },
  rows: readonly Record<string, unknown>[] | undefined,
  options: PercipioSimulatorOptions = READY_AT_ONCE,
): Promise<PercipioSimulator> {
  const simulator = await startSimulator(t, { users: 0, courses: 0, activityRows: 0, ...options });
  simulator.data.courses = Array.from({ length: size.courses }, (_, number) => courseItem(uuid(number)));
  simulator.data.users = Array.from({ length: size.users }, (_, number) => ({ id: userId(number) }));
  if (rows) {
    simulator.setReport('next', JSON.stringify(rows));
  }
  return simulator;
}

const course = (number: number): Resource =>
  create(ResourceSchema, { id: { resourceType: 'course', resource: uuid(number) }, displayName: `Course ${number}` });

const grantId = (number: number, slug: string, user: number) => `course:${uuid(number)}:${slug}:user:${userId(user)}`;

async function readGrantIds(connector: StartedConnector, resource: Resource, syncId: string): Promise<string[]> {
  return (await readGrants(connector, resource, syncId)).map((grant) => grant.id);
}

const requested = (simulator: PercipioSimulator) => simulator.requests.of({ method: 'POST' }).length;

/** Reads all that a sync reads, in its order, and returns the ids of the grants. */
async function readSync(connector: StartedConnector, syncId: string): Promise<string[]> {
  await readResources(connector, 'user', syncId);
  const ids: string[] = [];
  for (const resource of await readResources(connector, 'course', syncId)) {
    ids.push(...(await readGrantIds(connector, resource, syncId)));
  }
  return ids;
}

test('the grants of a generated organization are exactly the true ones', async (t) => {
  const simulator = await startSimulator(t, { users: 150, courses: 80, activityRows: 2000, ...READY_AT_ONCE });
  const ids = await readSync(startConnector(t, simulator), 's1');
  assert.deepEqual(ids.toSorted(), [...simulator.truth.grantIds({ type: 'course' })].sort());
});

test('a grant joins a user to an entitlement of the course, and carries both', async (t) => {
  const simulator = await start(t, { courses: 1, users: 1 }, [row(uuid(0), userId(0), 'Completed')]);
  const [grant] = await readGrants(startConnector(t, simulator), course(0), 's1');
  assert.equal(grant?.id, grantId(0, 'completed', 0));
  assert.equal(grant?.entitlement?.id, `course:${uuid(0)}:completed`);
  assert.deepEqual(grant?.entitlement?.resource?.displayName, 'Course 0');
  assert.deepEqual([grant?.principal?.id?.resourceType, grant?.principal?.id?.resource], ['user', userId(0)]);
});

const detailed = [
  { ...row(uuid(0), userId(0), 'Completed'), completedDate: '2024-02-29T00:00:00.000Z', highScore: '73' },
  { ...row(uuid(0), userId(1), 'Completed'), completedDate: '' },
  { ...row(uuid(0), userId(2), 'Started'), highScore: 40 },
  { ...row(uuid(0), userId(3), 'Started'), highScore: 'failed' },
];

test('--activity-details: a grant has the completion date and the score as metadata, if there are any', async (t) => {
  const simulator = await start(t, { courses: 1, users: 4 }, detailed);
  const grants = await readGrants(
    startConnector(t, simulator, { settings: { 'activity-details': true } }),
    course(0),
    's',
  );
  const metadata = grants.map(({ id, annotations }) => [
    id,
    ...annotations.map((any) => anyUnpack(any, GrantMetadataSchema)?.metadata),
  ]);
  assert.deepEqual(metadata, [
    [grantId(0, 'completed', 0), { completed_date: '2024-02-29', high_score: 73 }],
    [grantId(0, 'completed', 1)],
    [grantId(0, 'in_progress', 2), { high_score: 40 }],
    [grantId(0, 'in_progress', 3)],
  ]);
});

test('without --activity-details a grant is the same as one of a report without details', async (t) => {
  const plain = detailed.map((fields) => ({ ...fields, completedDate: undefined, highScore: undefined }));
  const read = async (rows: readonly Record<string, unknown>[]) => {
    const simulator = await start(t, { courses: 1, users: 4 }, rows);
    return await readGrants(startConnector(t, simulator), course(0), 's');
  };
  const grants = await read(detailed);
  assert.equal(grants.length, 4);
  assert.deepEqual(grants, await read(plain));
});

test('--activity-details: what cannot be read is counted', async (t) => {
  const simulator = await start(t, { courses: 1, users: 4 }, detailed);
  const { connector } = startConnector(t, simulator, { settings: { 'activity-details': true } });
  const { context, told } = createContext();
  const { grants } = connector.resourceTypes.find((syncer) => syncer.type.id === 'course') ?? {};
  await grants?.page({ resource: course(0), pageSize: 1000 }, undefined, context);
  assert.deepEqual(told.skipped, { 'unreadable values of activity rows: highScore': 1 });
});

const statuses: [statuses: string[], slug: string | undefined][] = [
  [['Completed'], 'completed'],
  [['ACHIEVED'], 'completed'],
  [['sTaRtEd'], 'in_progress'],
  [['active'], 'in_progress'],
  [['Abandoned'], undefined],
  [['Started', 'Completed'], 'completed'],
  [['Completed', 'Started'], 'completed'],
  [['Active', 'Achieved', 'Started'], 'completed'],
  [['Started', 'Active'], 'in_progress'],
  [['Watched', 'Started'], 'in_progress'],
];
for (const [given, slug] of statuses) {
  test(`rows with the status ${given.join(', then ')} give ${slug ?? 'no grant'}`, async (t) => {
    const rows = given.map((status) => row(uuid(0), userId(0), status));
    const simulator = await start(t, { courses: 1, users: 1 }, rows);
    const ids = await readGrantIds(startConnector(t, simulator), course(0), 's1');
    assert.deepEqual(ids, slug === undefined ? [] : [grantId(0, slug, 0)]);
  });
}

test('what gives no grant is counted by its reason, once a sync', async (t) => {
  const rows = [
    row(uuid(0), userId(0), 'Completed'),
    row(uuid(0), userId(0), 'Started'),
    row(uuid(0), userId(0), 'Abandoned'),
    row(uuid(0), userId(0), 'WATCHED'),
    row(uuid(0), userId(0), 'watched'),
    row(uuid(9), userId(0), 'Completed'),
    row(uuid(0), userId(9), 'Completed'),
    row(uuid(0), userId(9), 'Started'),
    { contentUuid: uuid(0), status: 'Completed' },
  ];
  const simulator = await start(t, { courses: 2, users: 1 }, rows);
  const started = startConnector(t, simulator);
  await readResources(started, 'user', 'sync-1');
  await readResources(started, 'course', 'sync-1');
  const { context, told } = createContext({ syncId: 'sync-1' });
  const grants = started.connector.resourceTypes.find((syncer) => syncer.type.id === 'course')?.grants;
  for (const resource of [course(0), course(1)]) {
    await grants?.page({ resource, pageSize: 1000 }, undefined, context);
  }
  assert.deepEqual(told.skipped, {
    'activity rows with the status Abandoned': 1,
    'activity rows with the status WATCHED': 2,
    'activity rows of courses that are not synced': 1,
    'activity rows of users that are not synced': 2,
    'activity rows without a course, user or status': 1,
    'activity rows that repeat a user and a course': 1,
  });
});

test('one report is requested for all courses of a sync, also when they are asked for at once', async (t) => {
  const rows = [0, 1, 2, 3].map((number) => row(uuid(number), userId(0), 'Started'));
  const simulator = await start(t, { courses: 4, users: 1 }, rows);
  const connector = startConnector(t, simulator);
  const ids = await Promise.all([0, 1, 2, 3].map((number) => readGrantIds(connector, course(number), 's1')));
  assert.deepEqual(
    ids.flat(),
    [0, 1, 2, 3].map((number) => grantId(number, 'in_progress', 0)),
  );
  assert.equal(requested(simulator), 1);
});

test('another sync requests a report of its own, and sees what has changed', async (t) => {
  const simulator = await start(t, { courses: 1, users: 1 }, [row(uuid(0), userId(0), 'Started')]);
  simulator.setReport('next', JSON.stringify([row(uuid(0), userId(0), 'Completed')]));
  const connector = startConnector(t, simulator);
  assert.deepEqual(await readGrantIds(connector, course(0), 's1'), [grantId(0, 'in_progress', 0)]);
  assert.deepEqual(await readGrantIds(connector, course(0), 's2'), [grantId(0, 'completed', 0)]);
  assert.equal(requested(simulator), 2);
});

test('Cleanup forgets the report of its sync alone', async (t) => {
  const simulator = await start(t, { courses: 1, users: 1 }, undefined);
  const connector = startConnector(t, simulator);
  await readGrantIds(connector, course(0), 's1');
  await readGrantIds(connector, course(0), 's2');
  await connector.connectorService.cleanup({ activeSyncId: 's1' });
  await readGrantIds(connector, course(0), 's2');
  assert.equal(requested(simulator), 2);
  await readGrantIds(connector, course(0), 's1');
  assert.equal(requested(simulator), 3);
});

test('callers without a sync id share a report for 15 minutes', async (t) => {
  const clock = { ms: Date.now() };
  const simulator = await start(t, { courses: 1, users: 1 }, undefined);
  const connector = startConnector(t, simulator, { timing: { now: () => clock.ms } });
  await readGrantIds(connector, course(0), '');
  clock.ms += 15 * minuteMs;
  await readGrantIds(connector, course(0), '');
  assert.equal(requested(simulator), 1);
  clock.ms += 1;
  await readGrantIds(connector, course(0), '');
  assert.equal(requested(simulator), 2);
});

test('a call answers within 20 s unless it is told otherwise', () => {
  assert.ok(defaultTiming.reportWaitMs < 20_000);
});

/** Asks for grants until a page token carries the id of the report, and returns the answers. */
async function askUntilRequested({ grants }: StartedConnector, activeSyncId: string) {
  const answers: { token: string; decoded: { report?: string; waits: number } }[] = [];
  for (;;) {
    const pageToken = answers.at(-1)?.token ?? '';
    const answer = await grants.listGrants({ resource: course(0), pageToken, activeSyncId });
    assert.deepEqual(answer.list, []);
    const { t: decoded } = decodeToken(answer.nextPageToken) as { t: { report?: string; waits: number } };
    answers.push({ token: answer.nextPageToken, decoded });
    if (decoded.report !== undefined) {
      return answers;
    }
  }
}

test('while a report is being made, a call answers an empty page and a token that differs from all before', async (t) => {
  const clock = { ms: Date.now() };
  const options = { ...READY_AT_ONCE, reportDelayMs: 1000, now: () => clock.ms };
  const simulator = await start(t, { courses: 1, users: 1 }, [row(uuid(0), userId(0), 'Completed')], options);
  const connector = startConnector(t, simulator, { timing: { reportWaitMs: 1 } });
  const answers = await askUntilRequested(connector, 's1');
  const { grants } = connector;
  let pageToken = answers.at(-1)?.token ?? '';
  const tokens = answers.map(({ token }) => token);
  for (let calls = 0; calls < 3; calls += 1) {
    const answer = await grants.listGrants({ resource: course(0), pageToken, activeSyncId: 's1' });
    assert.deepEqual(answer.list, []);
    pageToken = answer.nextPageToken;
    tokens.push(pageToken);
  }
  assert.equal(new Set(tokens).size, tokens.length);
  clock.ms += 1000;
  const { items } = await readAllPages((token) =>
    grants.listGrants({ resource: course(0), pageToken: token || pageToken, activeSyncId: 's1' }),
  );
  assert.deepEqual(
    items.map((grant) => grant.id),
    [grantId(0, 'completed', 0)],
  );
  assert.equal(requested(simulator), 1);
});

for (const activeSyncId of ['s1', '']) {
  test(`another process goes on from the token with the same report, ${activeSyncId ? 'in' : 'without'} a sync`, async (t) => {
    const clock = { ms: Date.now() };
    const options = { ...READY_AT_ONCE, reportDelayMs: 1000, now: () => clock.ms };
    const rows = [row(uuid(0), userId(0), 'Completed'), row(uuid(0), userId(7), 'Completed')];
    const simulator = await start(t, { courses: 1, users: 1 }, rows, options);
    const asked = startConnector(t, simulator, { timing: { reportWaitMs: 1 } });
    const [last] = (await askUntilRequested(asked, activeSyncId)).slice(-1);
    await asked.connector.close?.();
    clock.ms += 1000;
    const { grants } = startConnector(t, simulator);
    const { list } = await grants.listGrants({ resource: course(0), pageToken: last?.token ?? '', activeSyncId });
    assert.deepEqual(
      list.map((grant) => grant.id),
      [grantId(0, 'completed', 0)],
    );
    assert.equal(requested(simulator), 1);
  });
}

test('callers without a sync id wait for one report beyond the 15 minutes, by its id', async (t) => {
  const clock = { ms: Date.now() };
  const simulator = await start(t, { courses: 1, users: 1 }, [row(uuid(0), userId(0), 'Completed')], {
    ...READY_AT_ONCE,
    reportDelayMs: 20 * minuteMs,
    now: () => clock.ms,
  });
  const connector = startConnector(t, simulator, { timing: { reportWaitMs: 1, now: () => clock.ms } });
  const [last] = (await askUntilRequested(connector, '')).slice(-1);
  clock.ms += 20 * minuteMs;
  const { items } = await readAllPages((pageToken) =>
    connector.grants.listGrants({ resource: course(0), pageToken: pageToken || (last?.token ?? '') }),
  );
  assert.equal(items.length, 1);
  assert.equal(requested(simulator), 1);
});

test('a page in the middle of a course is read again by another process, in the same order', async (t) => {
  const rows = Array.from({ length: 2500 }, (_, number) => row(uuid(0), userId(2499 - number), 'Completed'));
  const simulator = await start(t, { courses: 1, users: 2500 }, rows);
  const [one, other] = [startConnector(t, simulator), startConnector(t, simulator)];
  const first = await one.grants.listGrants({ resource: course(0), activeSyncId: 's1' });
  const pageToken = first.nextPageToken;
  const [second, same] = await Promise.all(
    [one, other].map(({ grants }) => grants.listGrants({ resource: course(0), pageToken, activeSyncId: 's1' })),
  );
  assert.deepEqual(same, second);
  assert.equal(second?.list[0]?.id, grantId(0, 'completed', 1000));
  assert.equal(requested(simulator), 1);
});

test('the grants of a course that 30,000 people took come in answers below 2 MiB, whatever page_size says', async (t) => {
  const users = 30_000;
  const rows = Array.from({ length: users }, (_, number) =>
    row(uuid(0), userId(number), number % 3 === 0 ? 'Started' : 'Completed'),
  );
  const simulator = await start(t, { courses: 1, users }, rows);
  const { grants } = startConnector(t, simulator);
  // As a Go syncer asks, and as no server would allow it: then the bytes alone are the limit.
  for (const pageSize of [0, 100_000]) {
    const { items, pages } = await readAllPages((pageToken) =>
      grants.listGrants({ resource: course(0), pageSize, pageToken, activeSyncId: 's1' }),
    );
    assert.equal(new Set(items.map((grant) => grant.id)).size, users);
    const [longest] = pages.toSorted((a, b) => b.list.length - a.list.length);
    const bytes = longest && toBinary(GrantsServiceListGrantsResponseSchema, longest).byteLength;
    assert.ok(bytes && bytes <= wireResponseMaxBytes, `${bytes} bytes`);
    assert.ok(pages.length > 1);
  }
  assert.equal(requested(simulator), 1);
});

test('a course that nobody took has no grants, and neither has one that is unknown', async (t) => {
  const simulator = await start(t, { courses: 2, users: 1 }, [row(uuid(0), userId(0), 'Completed')]);
  const connector = startConnector(t, simulator);
  assert.deepEqual(await readGrantIds(connector, course(1), 's1'), []);
  assert.deepEqual(await readGrantIds(connector, course(99), 's1'), []);
});

/** A page token as the grants of a course give them out. */
const tokenOf = (number: number, token: unknown) =>
  encodePageToken(`list grants of course ${uuid(number)}`, { token, skip: 0 });

const garbage: [what: string, token: unknown][] = [
  ['a report that is no text', { report: 5, waits: 1 }],
  ['a report that is a long text', { report: 'x'.repeat(257), waits: 1 }],
  ['a position without a report', { from: 5 }],
  ['a negative position', { report: 'x', from: -1 }],
  ['both a wait and a position', { report: 'x', from: 1, waits: 1 }],
  ['an offset of another listing', { offset: 5 }],
];
for (const [what, token] of garbage) {
  test(`a page token with ${what} is INVALID_ARGUMENT`, async (t) => {
    const { grants } = startConnector(t, await start(t, { courses: 1, users: 1 }, undefined));
    const pageToken = tokenOf(0, token);
    await assert.rejects(
      grants.listGrants({ resource: course(0), pageToken }),
      (error: ConnectError) => error.code === Code.InvalidArgument,
    );
  });
}

test('a page token whose report has expired is FAILED_PRECONDITION, and requests no other report', async (t) => {
  const simulator = await start(t, { courses: 1, users: 1 }, undefined);
  const pageToken = tokenOf(0, { report: uuid(7), waits: 1 });
  await assert.rejects(
    startConnector(t, simulator).grants.listGrants({ resource: course(0), pageToken }),
    (error: ConnectError) => {
      assert.equal(error.code, Code.FailedPrecondition);
      assert.match(error.rawMessage, /answered 404: the report does not exist or no longer exists/);
      return true;
    },
  );
  assert.equal(requested(simulator), 0);
});

test('a report that Percipio cannot make is FAILED_PRECONDITION, and the message says what to do', async (t) => {
  const simulator = await start(t, { courses: 1, users: 1 }, undefined, { ...READY_AT_ONCE, reportFails: true });
  await assert.rejects(
    startConnector(t, simulator).grants.listGrants({ resource: course(0), activeSyncId: 's1' }),
    (error: ConnectError) => {
      assert.equal(error.code, Code.FailedPrecondition);
      assert.match(error.rawMessage, /reported the report status FAILED. Run the sync again/);
      return true;
    },
  );
});

test('a call that is cancelled ends at once, and the report is there for the next one', async (t) => {
  const clock = { ms: Date.now() };
  const options = { ...READY_AT_ONCE, reportDelayMs: 1000, now: () => clock.ms };
  const simulator = await start(t, { courses: 1, users: 1 }, [row(uuid(0), userId(0), 'Completed')], options);
  const connector = startConnector(t, simulator);
  const controller = new AbortController();
  const request = { resource: course(0), activeSyncId: 's1' };
  const call = connector.grants.listGrants(request, { signal: controller.signal });
  await simulator.requests.waitFor(({ path }) => /report-requests\/[^l]/.test(path));
  controller.abort();
  await assert.rejects(call, (error: ConnectError) => error.code === Code.Canceled);
  clock.ms += 1000;
  assert.equal((await connector.grants.listGrants(request)).list.length, 1);
  assert.equal(requested(simulator), 1);
});
