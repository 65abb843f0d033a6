import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { type Any, anyUnpack } from '@bufbuild/protobuf/wkt';
import { Code, type ConnectError } from '@connectrpc/connect';
import { GrantAlreadyExistsSchema, GrantAlreadyRevokedSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import { GrantReplacedSchema } from '#gen/c1/connector/v2/annotation_grant_replaced_pb.js';
import { type Entitlement, EntitlementSchema } from '#gen/c1/connector/v2/entitlement_pb.js';
import { GrantSchema } from '#gen/c1/connector/v2/grant_pb.js';
import { type Resource, ResourceSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.js';
import type { FaultKind } from '../../../src/simulator/percipio/http/faults.ts';
import type { PercipioSimulatorOptions } from '../../../src/simulator/percipio/simulator-options.ts';
import { startSimulator } from '../../simulator/percipio/start-simulator.ts';
import { startConnector, uuid } from '../start-connector.ts';

const userId = uuid(1);
const oneUser = /\/users\/[^/]+$/;

/** A connector to change the role of one person, who now has `role`. */
async function start(t: TestContext, role: string | null, options: PercipioSimulatorOptions = {}) {
  const simulator = await startSimulator(t, { users: 0, courses: 0, activityRows: 0, ...options });
  simulator.data.users = [
    { id: uuid(0), role: 'MANAGER' },
    { id: userId, role },
    { id: uuid(2), role: 'LEARNER' },
  ];
  const { grantManager } = startConnector(t, simulator, { provisioning: true });
  return {
    simulator,
    grant: async (wanted: string, { entitlement = assigned(wanted), principal = user(userId) } = {}) => {
      const { grants, annotations } = await grantManager.grant({ entitlement, principal });
      return { grants: grants.map((grant) => grant.id), ...outcomeIn(annotations) };
    },
    revoke: async (lost: string, { entitlement = assigned(lost), principal = user(userId), id = 'any' } = {}) => {
      const grant = create(GrantSchema, { id, entitlement, principal });
      return outcomeIn((await grantManager.revoke({ grant })).annotations);
    },
    /** The bodies of all writes, and the roles that all people now have. */
    assertWritten: (writes: readonly unknown[], roleNow: string | null) => {
      const sent = simulator.requests.of({ method: 'PATCH' });
      assert.deepEqual(
        sent.map(({ path, body }) => [path.split('/').at(-1), body]),
        writes.map((body) => [userId, body]),
      );
      assert.deepEqual(
        simulator.data.users.map(({ role }) => role),
        ['MANAGER', roleNow, 'LEARNER'],
      );
      assert.deepEqual(simulator.requests.of({ method: 'POST' }), []);
    },
  };
}

function assigned(role: string): Entitlement {
  const resource = { id: { resourceType: 'role', resource: role } };
  return create(EntitlementSchema, { id: `role:${role}:assigned`, resource });
}

function user(id: string): Resource {
  return create(ResourceSchema, { id: { resourceType: 'user', resource: id } });
}

function outcomeIn(annotations: readonly Any[]) {
  const found = <Value>(value: Value | undefined): Value[] => (value === undefined ? [] : [value]);
  return {
    said: annotations.flatMap((any) => [
      ...found(anyUnpack(any, GrantAlreadyExistsSchema) && 'already exists'),
      ...found(anyUnpack(any, GrantAlreadyRevokedSchema) && 'already revoked'),
      ...found(anyUnpack(any, GrantReplacedSchema)?.replacedGrantId).map((id) => `replaced ${id}`),
    ]),
  };
}

function isRefused(why: RegExp) {
  return (error: ConnectError) => {
    assert.equal(error.code, Code.FailedPrecondition);
    assert.match(error.rawMessage, why);
    const [detail] = error.findDetails(ErrorInfoSchema);
    assert.deepEqual([detail?.reason, detail?.metadata.reason], ['grant_cancelled', error.rawMessage]);
    return true;
  };
}

const grantId = (role: string) => `role:${role}:assigned:user:${userId}`;

test('grant: the role is set, and the answer tells the grant and which one it replaced', async (t) => {
  const { grant, assertWritten } = await start(t, 'LEARNER');
  assert.deepEqual(await grant('ADMIN'), { grants: [grantId('ADMIN')], said: [`replaced ${grantId('LEARNER')}`] });
  assertWritten([{ role: 'ADMIN' }], 'ADMIN');
});

test('grant: who has the role has it already, and nothing is written', async (t) => {
  const { grant, assertWritten } = await start(t, 'ADMIN');
  assert.deepEqual(await grant('ADMIN'), { grants: [grantId('ADMIN')], said: ['already exists'] });
  assertWritten([], 'ADMIN');
});

test('grant: asked again, it writes no more', async (t) => {
  const { grant, assertWritten } = await start(t, 'LEARNER');
  await grant('MANAGER');
  assert.deepEqual((await grant('MANAGER')).said, ['already exists']);
  assertWritten([{ role: 'MANAGER' }], 'MANAGER');
});

test('grant: a role that is not known is replaced by its name; of no role there is nothing to replace', async (t) => {
  const custom = await start(t, 'CUSTOM');
  assert.deepEqual((await custom.grant('LEARNER')).said, [`replaced ${grantId('CUSTOM')}`]);
  for (const role of [null, '']) {
    const { grant, assertWritten } = await start(t, role);
    assert.deepEqual(await grant('LEARNER'), { grants: [grantId('LEARNER')], said: [] });
    assertWritten([{ role: 'LEARNER' }], 'LEARNER');
  }
});

test('grant: a role that Percipio does not take is refused with those that it takes, and Percipio is not asked', async (t) => {
  const { grant, simulator } = await start(t, 'LEARNER');
  for (const role of ['CUSTOM', 'admin', ' ADMIN']) {
    await assert.rejects(
      grant(role),
      isRefused(/LEARNER, ADMIN, CONTENT_CURATOR, CONTENT_COORDINATOR, LEARNING_ADMIN, MANAGER$/),
    );
  }
  assert.equal(simulator.requests.total, 0);
});

test('revoke: who loses a role is a learner, and no grant id is needed', async (t) => {
  for (const [role, id] of [
    ['ADMIN', grantId('ADMIN')],
    ['CUSTOM', '🧸_UNKNOWN_GRANT_ID'],
  ] as const) {
    const { revoke, assertWritten } = await start(t, role);
    assert.deepEqual(await revoke(role, { id }), { said: [] });
    assertWritten([{ role: 'LEARNER' }], 'LEARNER');
  }
});

test('revoke: who has another role, or none, has lost it already, and nothing is written', async (t) => {
  for (const [role, lost] of [
    ['MANAGER', 'ADMIN'],
    ['ADMIN', 'LEARNER'],
    [null, 'ADMIN'],
    [null, 'LEARNER'],
  ] as const) {
    const { revoke, assertWritten } = await start(t, role);
    assert.deepEqual(await revoke(lost), { said: ['already revoked'] });
    assertWritten([], role);
  }
});

test('revoke: asked again, it writes no more', async (t) => {
  const { revoke, assertWritten } = await start(t, 'ADMIN');
  await revoke('ADMIN');
  assert.deepEqual(await revoke('ADMIN'), { said: ['already revoked'] });
  assertWritten([{ role: 'LEARNER' }], 'LEARNER');
});

test('revoke: a learner stays one, and is told what to do instead', async (t) => {
  const { revoke, assertWritten } = await start(t, 'LEARNER');
  await assert.rejects(revoke('LEARNER'), isRefused(/every Percipio user has a role.*disable the account$/));
  assertWritten([], 'LEARNER');
});

test('a user who is gone is NOT_FOUND, and nothing is written', async (t) => {
  const { grant, revoke, assertWritten } = await start(t, 'LEARNER');
  const principal = user(uuid(9));
  const isGone = (error: ConnectError) => error.code === Code.NotFound && error.rawMessage.includes(uuid(9));
  await assert.rejects(grant('ADMIN', { principal }), isGone);
  await assert.rejects(revoke('ADMIN', { principal }), isGone);
  await assert.rejects(revoke('LEARNER', { principal }), isGone);
  assertWritten([], 'LEARNER');
});

test('an entitlement or a principal that cannot be is INVALID_ARGUMENT, and Percipio is not asked', async (t) => {
  const { grant, revoke, simulator } = await start(t, 'LEARNER');
  const strange = [
    { entitlement: create(EntitlementSchema, { ...assigned('ADMIN'), id: 'role:ADMIN:owned' }) },
    { entitlement: create(EntitlementSchema, { ...assigned('ADMIN'), id: 'role:MANAGER:assigned' }) },
    { principal: create(ResourceSchema, { id: { resourceType: 'role', resource: 'ADMIN' } }) },
    { principal: create(ResourceSchema, { id: { resourceType: 'course', resource: uuid(1) } }) },
  ];
  for (const change of strange) {
    for (const ask of [grant, revoke]) {
      await assert.rejects(ask('ADMIN', change), (error: ConnectError) => {
        assert.equal(error.code, Code.InvalidArgument);
        assert.match(error.rawMessage, /^(entitlement|principal): /);
        return true;
      });
    }
  }
  assert.equal(simulator.requests.total, 0);
});

test('a course cannot be granted or revoked, and the error says why', async (t) => {
  const simulator = await startSimulator(t, { users: 1, courses: 1, activityRows: 0 });
  const { grantManager } = startConnector(t, simulator, { provisioning: true });
  const resource = { id: { resourceType: 'course', resource: uuid(5) } };
  const entitlement = create(EntitlementSchema, { id: `course:${uuid(5)}:completed`, resource });
  const principal = user(userId);
  const grant = create(GrantSchema, { id: 'any', entitlement, principal });
  await assert.rejects(grantManager.grant({ entitlement, principal }), isRefused(/comes from learning/));
  await assert.rejects(grantManager.revoke({ grant }), isRefused(/comes from learning/));
  assert.equal(simulator.requests.total, 0);
});

/** What strikes the write, and how often it is then sent. Only what was not carried out is sent again. */
const writeFaults: readonly (readonly [name: string, fault: FaultKind, sent: number])[] = [
  ['an answer that is lost', { kind: 'lostAnswer' }, 1],
  ['an answer that breaks off', { kind: 'truncate', afterBytes: 5 }, 1],
  ['a connection that breaks before the write is done', { kind: 'reset' }, 2],
  ['a 503 before the write is done', { kind: 'status', status: 503 }, 2],
  ['a 429', { kind: 'status', status: 429, headers: { 'retry-after': '0' } }, 2],
];

for (const [name, fault, sent] of writeFaults) {
  test(`${name}: the role is set once, and the outcome is told right`, async (t) => {
    const given = await start(t, 'LEARNER');
    given.simulator.faults.add({ ...fault, match: { method: 'PATCH' } });
    assert.deepEqual(await given.grant('ADMIN'), {
      grants: [grantId('ADMIN')],
      said: [`replaced ${grantId('LEARNER')}`],
    });
    given.assertWritten(Array(sent).fill({ role: 'ADMIN' }), 'ADMIN');

    const taken = await start(t, 'ADMIN');
    taken.simulator.faults.add({ ...fault, match: { method: 'PATCH' } });
    assert.deepEqual(await taken.revoke('ADMIN'), { said: [] });
    taken.assertWritten(Array(sent).fill({ role: 'LEARNER' }), 'LEARNER');
  });
}

test('a person who is shown as before for a while is not written again', async (t) => {
  const { grant, assertWritten } = await start(t, 'LEARNER', { staleReads: 2 });
  assert.deepEqual((await grant('ADMIN')).said, [`replaced ${grantId('LEARNER')}`]);
  assertWritten([{ role: 'ADMIN' }], 'ADMIN');
});

for (const [title, fault] of [
  ['another replica', undefined],
  ['another replica, while the answer is lost', { kind: 'lostAnswer' }],
] as const) {
  test(`grant: who gets another role from ${title} keeps it, and the grant fails with the reason, once`, async (t) => {
    const { grant, simulator, assertWritten } = await start(t, 'LEARNER', { staleReads: 1 });
    if (fault) simulator.faults.add({ ...fault, match: { method: 'PATCH' } });
    // The other replica writes between the write and the read after it.
    simulator.faults.add({
      ...{ kind: 'delay', delayMs: 0, match: { method: 'GET', path: oneUser }, skip: 1 },
      onStrike: () => Object.assign(simulator.data.users[1] ?? {}, { role: 'MANAGER' }),
    });
    await assert.rejects(
      grant('ADMIN'),
      isRefused(/was to get the role ADMIN, another change gave them the role MANAGER\. That is left as it is: decide/),
    );
    assertWritten([{ role: 'ADMIN' }], 'MANAGER');
  });
}

test('of two roles that two replicas grant at once, one is granted, and the other fails with the reason', async (t) => {
  const { simulator, grant } = await start(t, 'LEARNER');
  const { grantManager } = startConnector(t, simulator, { provisioning: true });
  // Both have read before either writes, and both write before either reads again.
  simulator.faults.add({ kind: 'gather', count: 2, match: { method: 'PATCH' } });
  const outcomes = await Promise.allSettled([
    grant('ADMIN'),
    grantManager.grant({ entitlement: assigned('MANAGER'), principal: user(userId) }),
  ]);
  const [role, lost] = outcomes[0].status === 'fulfilled' ? ['ADMIN', 'MANAGER'] : ['MANAGER', 'ADMIN'];
  assert.equal(simulator.data.users[1]?.role, role);
  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  const loser = outcomes.find((outcome) => outcome.status === 'rejected');
  isRefused(new RegExp(`was to get the role ${lost}, another change gave them the role ${role}`))(loser?.reason);
  assert.equal(simulator.requests.writes().length, 2);
});

test('a write that cannot be read back is not sent again: the change is found when it is tried once more', async (t) => {
  const { grant, simulator, assertWritten } = await start(t, 'LEARNER');
  simulator.faults.add({ kind: 'lostAnswer', match: { method: 'PATCH' } });
  // The first read is before the write; then as many fail as a client sends.
  simulator.faults.add({ kind: 'reset', match: { method: 'GET', path: oneUser }, skip: 1, times: 4 });
  assert.deepEqual(await grant('ADMIN'), { grants: [grantId('ADMIN')], said: ['already exists'] });
  assertWritten([{ role: 'ADMIN' }], 'ADMIN');
});

test('a write that Percipio forbids fails with its code, and nothing is written', async (t) => {
  const { grant, simulator } = await start(t, 'LEARNER');
  simulator.faults.add({ kind: 'status', status: 403, match: { method: 'PATCH' } });
  await assert.rejects(grant('ADMIN'), (error: ConnectError) => error.code === Code.PermissionDenied);
  assert.equal(simulator.data.users[1]?.role, 'LEARNER');
  assert.equal(simulator.requests.of({ method: 'PATCH' }).length, 1);
});

test('two roles that are granted at once are granted one after the other: the second answer says what it replaced', async (t) => {
  const { grant, assertWritten } = await start(t, 'LEARNER');
  const [first, second] = await Promise.all([grant('ADMIN'), grant('CONTENT_CURATOR')]);
  assert.deepEqual(first.said, [`replaced role:LEARNER:assigned:user:${userId}`]);
  assert.deepEqual(second.said, [`replaced role:ADMIN:assigned:user:${userId}`]);
  assertWritten([{ role: 'ADMIN' }, { role: 'CONTENT_CURATOR' }], 'CONTENT_CURATOR');
});
