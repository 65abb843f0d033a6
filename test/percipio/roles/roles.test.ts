import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { anyIs, anyPack, anyUnpack } from '@bufbuild/protobuf/wkt';
import { Code, type ConnectError } from '@connectrpc/connect';
import { pino } from 'pino';
import { EntitlementExclusionGroupSchema } from '#gen/c1/connector/v2/annotation_exclusion_group_pb.js';
import { RateLimitDescriptionSchema } from '#gen/c1/connector/v2/annotation_ratelimit_pb.js';
import { RoleTraitSchema } from '#gen/c1/connector/v2/annotation_trait_pb.js';
import { TypeScopedGrantsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import { ResourceSchema, ResourceType_Trait } from '#gen/c1/connector/v2/resource_pb.js';
import { toGrant } from '../../../src/baton/messages/grant.ts';
import type { PercipioUser } from '../../../src/simulator/percipio/organization/api-objects.ts';
import { startSimulator } from '../../simulator/percipio/start-simulator.ts';
import {
  createContext,
  decodeToken,
  readAllPages,
  readGrants,
  readResources,
  type StartedConnector,
  startConnector,
  uuid,
} from '../start-connector.ts';

const knownRoles = ['LEARNER', 'ADMIN', 'CONTENT_CURATOR', 'CONTENT_COORDINATOR', 'LEARNING_ADMIN', 'MANAGER'];
const usersPath = /\/users$/;
const allRoles = { id: { resourceType: 'role', resource: 'role' } };
const typeScoped = [anyPack(TypeScopedGrantsSchema, create(TypeScopedGrantsSchema))];

/** A simulator with as many users, who are learners but for those whose index has another role. */
async function startWithRoles(t: TestContext, count: number, roles: Readonly<Record<number, string | null>> = {}) {
  const simulator = await startSimulator(t, { users: 0, courses: 0, activityRows: 0 });
  simulator.data.users = Array.from({ length: count }, (_, index): PercipioUser => {
    const role = roles[index];
    return { id: uuid(index), role: role === undefined ? 'LEARNER' : role };
  });
  return simulator;
}

function roleOf(role: string) {
  return create(ResourceSchema, { id: { resourceType: 'role', resource: role } });
}

function roleSyncer({ connector }: StartedConnector) {
  const syncer = connector.resourceTypes.find(({ type }) => type.id === 'role');
  assert.ok(syncer);
  return syncer;
}

/** The ids of the grants of all roles, in one enumeration. */
async function readGrantIds({ grants }: StartedConnector, activeSyncId: string, pageSize = 0): Promise<string[]> {
  const { items } = await readAllPages((pageToken) =>
    grants.listGrants({ resource: allRoles, annotations: typeScoped, pageToken, pageSize, activeSyncId }),
  );
  return items.map((grant) => grant.id);
}

test('the type role is a trait of roles, and tells its grants at once', async (t) => {
  const { type } = roleSyncer(startConnector(t, await startWithRoles(t, 0)));
  assert.deepEqual(type.traits, [ResourceType_Trait.ROLE]);
  assert.ok(type.annotations.some((any) => anyIs(any, TypeScopedGrantsSchema)));
});

test('the roles that Percipio documents are there whoever has them, with names for people', async (t) => {
  const roles = await readResources(startConnector(t, await startWithRoles(t, 0)), 'role', 's1');
  assert.deepEqual(
    roles.map((role) => role.id?.resource),
    knownRoles,
  );
  for (const { displayName, description, annotations } of roles) {
    assert.match(displayName, /^[A-Z][a-z]+( [A-Z][a-z]+)*$/);
    assert.notEqual(description, '');
    assert.ok(annotations.some((any) => anyIs(any, RoleTraitSchema)));
  }
});

test('a role that is not known becomes a resource under its exact name, once, and is said in the log', async (t) => {
  // Padding is no part of a role.
  const others = { 3: 'CUSTOM', 4: 'CUSTOM', 1004: 'CUSTOM', 2400: 'admin', 2401: ' ADMIN' };
  const simulator = await startWithRoles(t, 2500, others);
  const { list } = roleSyncer(startConnector(t, simulator));
  const logged: unknown[] = [];
  const logger = pino({ base: null }, { write: (line) => void logged.push(JSON.parse(line).role) });
  const found: unknown[] = [];
  for (let token: unknown, isLast = false; !isLast; ) {
    const { items, next } = await list.page({ pageSize: 1000 }, token, createContext({ logger }).context);
    found.push(...items.map((role) => role.id?.resource));
    token = list.parseToken(next ?? { offset: 1 });
    isLast = next === undefined;
  }
  assert.deepEqual(found, [...knownRoles, 'CUSTOM', 'admin']);
  assert.deepEqual(logged, ['CUSTOM', 'admin']);
});

test('a page token is a position and the roles told so far, which another process goes on from', async (t) => {
  const simulator = await startWithRoles(t, 1500, { 3: 'CUSTOM', 1400: 'CUSTOM' });
  const [one, other] = [startConnector(t, simulator), startConnector(t, simulator)];
  const first = await one.resources.listResources({ resourceTypeId: 'role', activeSyncId: 's1' });
  const { nextPageToken: pageToken } = first;
  assert.deepEqual((decodeToken(pageToken) as { t: unknown }).t, { offset: 1000, told: ['CUSTOM'] });
  const second = await other.resources.listResources({ resourceTypeId: 'role', pageToken, activeSyncId: 's1' });
  assert.deepEqual([second.list, second.nextPageToken], [[], '']);
  const again = await one.resources.listResources({ resourceTypeId: 'role', activeSyncId: 's1' });
  assert.equal(again.nextPageToken, pageToken);
});

test('each role has one entitlement; a person has one of the six, and falls back to the learner', async (t) => {
  const started = startConnector(t, await startWithRoles(t, 1, { 0: 'CUSTOM' }));
  const groups = new Map<string, unknown>();
  for (const role of [...knownRoles, 'CUSTOM']) {
    const { list } = await started.entitlements.listEntitlements({ resource: roleOf(role), activeSyncId: 's1' });
    const [entitlement] = list;
    assert.deepEqual([list.length, entitlement?.id, entitlement?.slug], [1, `role:${role}:assigned`, 'assigned']);
    assert.deepEqual(
      entitlement?.grantableTo.map((type) => type.id),
      ['user'],
    );
    assert.notEqual(entitlement?.resource?.displayName, '');
    const group = entitlement?.annotations.map((any) => anyUnpack(any, EntitlementExclusionGroupSchema))[0];
    groups.set(role, group && [group.exclusionGroupId, group.order, group.isDefault]);
  }
  assert.deepEqual(Object.fromEntries(groups), {
    LEARNER: ['Percipio role', 1, true],
    MANAGER: ['Percipio role', 2, false],
    CONTENT_COORDINATOR: ['Percipio role', 3, false],
    CONTENT_CURATOR: ['Percipio role', 4, false],
    LEARNING_ADMIN: ['Percipio role', 5, false],
    ADMIN: ['Percipio role', 6, false],
    CUSTOM: undefined,
  });
});

for (const pageSize of [1, 7, 250, 0]) {
  test(`page_size ${pageSize}: one enumeration gives each true grant once`, async (t) => {
    const simulator = await startSimulator(t, { users: 201, courses: 0, activityRows: 0 });
    const ids = await readGrantIds(startConnector(t, simulator), 's1', pageSize);
    assert.deepEqual(ids.toSorted(), [...simulator.truth.grantIds({ type: 'role' })].toSorted());
  });
}

test('the grants of each role alone are together those of all roles', async (t) => {
  const simulator = await startSimulator(t, { users: 1201, courses: 0, activityRows: 0 });
  for (const [index, user] of simulator.data.users.entries()) {
    if (index % 300 === 2) user.role = 'CUSTOM';
  }
  const started = startConnector(t, simulator);
  const ids: string[] = [];
  for (const role of [...knownRoles, 'CUSTOM']) {
    const grants = await readGrants(started, roleOf(role), 's1');
    assert.ok(grants.every((grant) => grant.id.startsWith(`role:${role}:assigned:user:`)));
    ids.push(...grants.map((grant) => grant.id));
  }
  assert.deepEqual(ids.toSorted(), [...simulator.truth.grantIds({ type: 'role' })].toSorted());
});

test('a grant names the role by id and name, and the user by id alone', async (t) => {
  const started = startConnector(t, await startWithRoles(t, 1, { 0: 'ADMIN' }));
  const [ofRole] = await readGrants(started, roleOf('ADMIN'), 's1');
  const { list } = await started.grants.listGrants({ resource: allRoles, annotations: typeScoped, activeSyncId: 's1' });
  assert.deepEqual(ofRole, list[0]);
  assert.equal(ofRole?.entitlement?.resource?.displayName, 'Site Admin');
  assert.deepEqual(ofRole?.entitlement?.resource?.annotations, []);
  assert.deepEqual(ofRole?.principal, create(ResourceSchema, { id: { resourceType: 'user', resource: uuid(0) } }));
});

test('who has no role has no grant and is counted; who is inactive keeps theirs', async (t) => {
  const simulator = await startWithRoles(t, 4, { 1: null, 2: '' });
  simulator.data.users[3] = { id: uuid(3), isActive: false, role: 'ADMIN' };
  const { context, told } = createContext();
  const page = await roleSyncer(startConnector(t, simulator)).grantsOfType?.page({ pageSize: 100 }, undefined, context);
  assert.deepEqual(
    page?.items.map((grant) => toGrant(grant).id),
    [`role:LEARNER:assigned:user:${uuid(0)}`, `role:ADMIN:assigned:user:${uuid(3)}`],
  );
  assert.deepEqual(told.skipped, { 'users without a role': 2 });
});

test('of users that a sync has listed, none is asked for again', async (t) => {
  const simulator = await startWithRoles(t, 2100, { 2000: 'CUSTOM' });
  const started = startConnector(t, simulator);
  await readResources(started, 'user', 's1');
  const roles = await readResources(started, 'role', 's1');
  assert.deepEqual([roles.length, (await readGrantIds(started, 's1')).length], [7, 2100]);
  assert.equal((await readGrants(started, roleOf('CUSTOM'), 's1')).length, 1);
  assert.equal(simulator.requests.of({ path: usersPath }).length, 3);
});

test('without listed users, the roles are read once for all that follows', async (t) => {
  const simulator = await startWithRoles(t, 2100, { 2000: 'CUSTOM' });
  const started = startConnector(t, simulator);
  assert.equal((await readGrantIds(started, 's1')).length, 2100);
  assert.equal((await readResources(started, 'role', 's1')).length, 7);
  assert.equal(simulator.requests.of({ path: usersPath }).length, 3);
});

test('another sync, and whoever tells no sync, sees a role that was just changed', async (t) => {
  const simulator = await startWithRoles(t, 1);
  const started = startConnector(t, simulator);
  for (const syncId of ['s1', '']) {
    assert.deepEqual(await readGrantIds(started, syncId), [`role:LEARNER:assigned:user:${uuid(0)}`]);
  }
  simulator.data.users = [{ id: uuid(0), role: 'ADMIN' }];
  for (const syncId of ['s2', '']) {
    assert.deepEqual(await readGrantIds(started, syncId), [`role:ADMIN:assigned:user:${uuid(0)}`]);
  }
});

test('the rate limit that Percipio tells is passed on', async (t) => {
  const simulator = await startWithRoles(t, 1);
  const headers = { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '7', 'x-total-count': '0' };
  const started = startConnector(t, simulator);
  simulator.faults.add({ kind: 'status', status: 200, headers, body: [], times: 2 });
  const { annotations: ofRoles } = await started.resources.listResources({ resourceTypeId: 'role' });
  const { annotations: ofGrants } = await started.grants.listGrants({ resource: roleOf('ADMIN') });
  for (const annotations of [ofRoles, ofGrants]) {
    assert.ok(annotations.some((any) => anyIs(any, RateLimitDescriptionSchema)));
  }
});

test('a page of users that Percipio forbids fails the call with its code', async (t) => {
  const simulator = await startWithRoles(t, 1);
  simulator.faults.add({ kind: 'status', status: 403, times: 2 });
  const started = startConnector(t, simulator);
  const isForbidden = (error: ConnectError) => error.code === Code.PermissionDenied;
  await assert.rejects(readResources(started, 'role', 's1'), isForbidden);
  await assert.rejects(readGrantIds(started, 's1'), isForbidden);
});

test('GetResource: a documented role costs no request, another one is there as long as somebody has it', async (t) => {
  const simulator = await startWithRoles(t, 1100, { 1050: 'CUSTOM' });
  const { getter } = startConnector(t, simulator);
  const get = async (resource: string) => {
    const answer = await getter.getResource({ resourceId: { resourceType: 'role', resource } });
    return answer.resource?.displayName;
  };
  assert.equal(await get('LEARNING_ADMIN'), 'Learning Admin');
  assert.equal(simulator.requests.total, 0);
  assert.equal(await get('CUSTOM'), 'CUSTOM');
  await assert.rejects(get('learner'), (error: ConnectError) => error.code === Code.NotFound);
});
