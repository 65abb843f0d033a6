import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { anyIs } from '@bufbuild/protobuf/wkt';
import { Code, type ConnectError } from '@connectrpc/connect';
import { RateLimitDescriptionSchema } from '#gen/c1/connector/v2/annotation_ratelimit_pb.js';
import { SkipEntitlementsAndGrantsSchema } from '#gen/c1/connector/v2/annotation_resource_tree_pb.js';
import { ResourceIdSchema, ResourceType_Trait } from '#gen/c1/connector/v2/resource_pb.js';
import type { Progress } from '../../../src/baton/author/context.ts';
import { createTestContext, readListing } from '../../../src/baton/testing.ts';
import { startSimulator } from '../../simulator/percipio/start-simulator.ts';
import { decodeToken, readAllPages, readResources, startConnector, uuid } from '../start-connector.ts';

const usersPath = /\/users$/;

/** A simulator with as many users, who have nothing but an id. */
async function startWithUsers(t: Parameters<typeof startSimulator>[0], count: number) {
  const simulator = await startSimulator(t, { users: 0, courses: 0, activityRows: 0 });
  simulator.data.users = Array.from({ length: count }, (_, index) => ({ id: uuid(index) }));
  return simulator;
}

test('the type user is a trait of people, and skips entitlements and grants', async (t) => {
  const simulator = await startWithUsers(t, 0);
  const type = startConnector(t, simulator).connector.resourceTypes.find((syncer) => syncer.type.id === 'user')?.type;
  assert.deepEqual(type?.traits, [ResourceType_Trait.USER]);
  assert.ok(type?.annotations.some((any) => anyIs(any, SkipEntitlementsAndGrantsSchema)));
});

test('every generated user becomes a resource, odd ones included', async (t) => {
  const simulator = await startSimulator(t, { users: 201, courses: 0, activityRows: 0 });
  const users = await readResources(startConnector(t, simulator), 'user', 's1');
  assert.deepEqual(new Set(users.map((user) => user.id?.resource)), simulator.truth.userIds());
  assert.ok(users.every((user) => user.displayName !== ''));
});

test('users are read to the last page in pages as large as Percipio allows, whatever page_size asks for', async (t) => {
  const simulator = await startWithUsers(t, 1001);
  const { resources } = startConnector(t, simulator);
  const { items, pages } = await readAllPages((pageToken) =>
    resources.listResources({ resourceTypeId: 'user', pageSize: 250, pageToken, activeSyncId: 's1' }),
  );
  assert.equal(new Set(items.map((user) => user.id?.resource)).size, 1001);
  assert.ok(pages.every(({ list }) => list.length <= 250));
  assert.deepEqual(
    simulator.requests.of({ path: usersPath }).map(({ query }) => query),
    ['0', '1000'].map((offset) => ({ max: '1000', offset })),
  );
});

test('each page reports how many users are read, and of how many', async (t) => {
  const simulator = await startWithUsers(t, 2001);
  const { resourceTypes } = startConnector(t, simulator).connector;
  const { list } = resourceTypes.find(({ type }) => type.id === 'user') ?? assert.fail('no users');
  const updates: Progress[] = [];
  const reporter = {
    countSkipped: () => {},
    warn: () => {},
    progress: (update: Progress) => void updates.push(update),
  };
  await readListing(list, {}, createTestContext({ reporter }).context);
  assert.deepEqual(updates, [
    { work: 'users', done: 1000, total: 2001 },
    { work: 'users', done: 2000, total: 2001 },
    { work: 'users', done: 2001, total: 2001 },
  ]);
});

test('a page token is a position that another process goes on from', async (t) => {
  const simulator = await startWithUsers(t, 1500);
  const [one, other] = [startConnector(t, simulator), startConnector(t, simulator)];
  const first = await one.resources.listResources({ resourceTypeId: 'user' });
  assert.deepEqual((decodeToken(first.nextPageToken) as { t: unknown }).t, { offset: 1000 });
  const second = await other.resources.listResources({ resourceTypeId: 'user', pageToken: first.nextPageToken });
  assert.equal(second.list[0]?.id?.resource, uuid(1000));
  assert.equal(second.nextPageToken, '');
});

test('the rate limit that Percipio tells is passed on', async (t) => {
  const simulator = await startWithUsers(t, 1);
  simulator.faults.add({
    kind: 'status',
    status: 200,
    headers: { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '7', 'x-total-count': '0' },
    body: [],
  });
  const { annotations } = await startConnector(t, simulator).resources.listResources({ resourceTypeId: 'user' });
  assert.ok(annotations.some((any) => anyIs(any, RateLimitDescriptionSchema)));
});

test('a page that Percipio forbids fails the call with its code, and is never a shorter list', async (t) => {
  const simulator = await startWithUsers(t, 1500);
  simulator.faults.add({ kind: 'status', status: 403, match: { path: /offset=1000/ } });
  const { resources } = startConnector(t, simulator);
  const { nextPageToken: pageToken } = await resources.listResources({ resourceTypeId: 'user' });
  await assert.rejects(resources.listResources({ resourceTypeId: 'user', pageToken }), (error: ConnectError) => {
    assert.equal(error.code, Code.PermissionDenied);
    assert.match(error.rawMessage, /offset=1000 answered 403 .* API family user-management$/);
    return true;
  });
});

test('GetResource reads one user, and is NOT_FOUND for one who is gone', async (t) => {
  const simulator = await startWithUsers(t, 3);
  const { getter } = startConnector(t, simulator);
  const get = (resource: string) => getter.getResource({ resourceId: { resourceType: 'user', resource } });
  assert.equal((await get(uuid(1))).resource?.id?.resource, uuid(1));
  await assert.rejects(get(uuid(9)), (error: ConnectError) => error.code === Code.NotFound);
});

test('odd values cost a value each, and the summary counts them', async (t) => {
  const simulator = await startSimulator(t, { users: 90, courses: 0, activityRows: 0, oddValues: true });
  const { connector } = startConnector(t, simulator);
  const { context, reported } = createTestContext();
  const list = connector.resourceTypes.find(({ type }) => type.id === 'user')?.list;
  assert.ok(list);
  assert.equal((await readListing(list, { parent: undefined }, context)).length, 90);
  assert.equal(reported.skipped.get('entries of the list of users that are null'), 3);
  assert.ok(reported.skipped.get('unreadable values of users: customAttributes'));
  assert.ok([...reported.skipped.keys()].every((reason) => /^(entries|unreadable values) of /.test(reason)));
});

test('odd values of a single user are counted too', async (t) => {
  const simulator = await startSimulator(t, { users: 1, courses: 0, activityRows: 0 });
  const [user] = simulator.data.users;
  assert.ok(user);
  simulator.data.users = [Object.assign({}, user, { jobTitle: { text: 'Analyst' } })];
  const { connector } = startConnector(t, simulator);
  const { context, reported } = createTestContext();
  const { get } = connector.resourceTypes.find(({ type }) => type.id === 'user') ?? {};
  const found = await get?.({ id: create(ResourceIdSchema, { resourceType: 'user', resource: user.id }) }, context);
  assert.equal(found?.id?.resource, user.id);
  assert.deepEqual([...reported.skipped], [['unreadable values of users: jobTitle', 1]]);
});

test('a sync counts the odd values of users once, whether it lists users, roles or both', async (t) => {
  const options = { users: 90, courses: 0, activityRows: 0, oddValues: true };
  const counts = [];
  for (const types of [['user'], ['role'], ['user', 'role']]) {
    const { connector } = startConnector(t, await startSimulator(t, options));
    const { context, reported } = createTestContext({ syncId: 's' });
    // Side by side, as a sync with several workers may list them.
    await Promise.all(
      types.map(async (id) => {
        const list = connector.resourceTypes.find(({ type }) => type.id === id)?.list;
        assert.ok(list);
        await readListing(list, { parent: undefined }, context);
      }),
    );
    counts.push(new Map([...reported.skipped].toSorted()));
  }
  const [ofUsers, ...others] = counts;
  assert.equal(ofUsers?.get('entries of the list of users that are null'), 3);
  assert.deepEqual(others, [ofUsers, ofUsers]);
});
