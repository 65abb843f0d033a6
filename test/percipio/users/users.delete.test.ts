import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { anyIs, anyUnpack } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { ResourceDoesNotExistSchema } from '#gen/c1/connector/v2/annotation_resource_pb.js';
import { ResourceDeleterService, ResourceManagerService } from '#gen/c1/connector/v2/resource_pb.js';
import { LocalizedMessageSchema } from '#gen/google/rpc/error_details_pb.js';
import { failureOf } from '../../baton/server/failure-of.ts';
import { uuid } from '../start-connector.ts';
import { startProvisioning } from './start-provisioning.ts';

const userId = uuid(1);
const read = `GET /users/${userId}`;
const write = `PATCH /users/${userId}`;

/** One who may be deleted, between two who stay. */
async function start(t: TestContext, isActive: boolean | null, { role = 'ADMIN', settings = {} } = {}) {
  const users = [
    { id: uuid(0), isActive: true },
    { id: userId, isActive, role, email: 'jane@example.com' },
    { id: uuid(2), isActive: true },
  ];
  const started = await startProvisioning(t, users, { settings });
  return { ...started, states: () => started.simulator.data.users.map((user) => user.isActive) };
}

for (const [title, deleteIn] of [
  [
    'DeleteResource',
    ({ connect }: Awaited<ReturnType<typeof start>>, resource = userId) =>
      connect(ResourceManagerService).deleteResource({ resourceId: { resourceType: 'user', resource } }),
  ],
  [
    'DeleteResourceV2',
    ({ connect }: Awaited<ReturnType<typeof start>>, resource = userId) =>
      connect(ResourceDeleterService).deleteResourceV2({ resourceId: { resourceType: 'user', resource } }),
  ],
] as const) {
  test(`${title} makes the person inactive, changes nothing else, and may be repeated`, async (t) => {
    const started = await start(t, true);
    assert.deepEqual((await deleteIn(started)).annotations, []);
    assert.deepEqual(started.calls(), [read, write, read]);
    const [notice, ...others] = (await deleteIn(started)).annotations;
    const said = notice && anyUnpack(notice, LocalizedMessageSchema)?.message;
    assert.equal(said, `user ${userId} was inactive already: nothing was changed`);
    assert.deepEqual(others, []);
    assert.deepEqual(started.calls(), [read, write, read, read]);
    assert.deepEqual(started.written(), [{ isActive: false }]);
    assert.deepEqual(started.states(), [true, false, true]);
    assert.equal(started.simulator.data.users[1]?.role, 'ADMIN');
  });

  test(`${title} takes the role away where the operator wants it, and says so`, async (t) => {
    const started = await start(t, true, { settings: { 'reset-role-on-disable': true } });
    const { annotations } = await deleteIn(started);
    const said = `removed the role ADMIN of user ${userId}`;
    assert.deepEqual(
      annotations.map((any) => anyUnpack(any, LocalizedMessageSchema)?.message),
      [said],
    );
    assert.ok(started.log().includes(said));
    await deleteIn(started);
    assert.deepEqual(started.written(), [{ isActive: false, role: 'LEARNER' }]);
  });

  test(`${title} of a user who does not exist says so, and does not fail`, async (t) => {
    const started = await start(t, true);
    const { annotations } = await deleteIn(started, uuid(7));
    assert.ok(annotations.some((any) => anyIs(any, ResourceDoesNotExistSchema)));
    assert.deepEqual(started.calls(), [`GET /users/${uuid(7)}`]);
  });

  test(`${title} of what can be no user is INVALID_ARGUMENT before any request`, async (t) => {
    const started = await start(t, true);
    for (const id of ['..', 'external-user-id/E1', 'jane@example.com']) {
      assert.equal((await failureOf(deleteIn(started, id))).code, Code.InvalidArgument);
    }
    assert.deepEqual(started.calls(), []);
  });

  for (const fault of [
    { kind: 'lostAnswer' },
    { kind: 'status', status: 502, carriesOut: true },
    { kind: 'status', status: 502 },
    { kind: 'reset' },
  ] as const) {
    test(`${title} writes once when the write meets ${JSON.stringify(fault)}`, async (t) => {
      const started = await start(t, true);
      started.simulator.faults.add({ ...fault, match: { method: 'PATCH' } });
      await deleteIn(started);
      assert.deepEqual(started.written(), [{ isActive: false }]);
      assert.deepEqual(started.states(), [true, false, true]);
    });
  }

  test(`${title} that Percipio does not permit names the permission`, async (t) => {
    const started = await start(t, true);
    started.simulator.faults.add({ kind: 'status', status: 403, match: { method: 'PATCH' } });
    const error = await failureOf(deleteIn(started));
    assert.equal(error.code, Code.PermissionDenied);
    assert.match(error.rawMessage, /needs permission for the API family user-management/);
    assert.deepEqual(started.states(), [true, true, true]);
  });

  test(`${title} makes inactive of whom Percipio does not say whether they are active`, async (t) => {
    const started = await start(t, null);
    await deleteIn(started);
    assert.deepEqual(started.states(), [true, false, true]);
  });
}
