import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { JsonObject } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { ActionService, BatonActionStatus } from '#gen/c1/connector/v2/action_pb.js';
import { AccountManagerService } from '#gen/c1/connector/v2/resource_pb.js';
import type { PercipioUser } from '../../../src/simulator/percipio/organization/api-objects.ts';
import type { PercipioSimulatorOptions } from '../../../src/simulator/percipio/simulator-options.ts';
import { failureOf } from '../../baton/server/failure-of.ts';
import { uuid } from '../start-connector.ts';
import { startProvisioning } from './start-provisioning.ts';

const userId = uuid(1);
/** Left once, under another number. */
const jane: PercipioUser = { id: userId, externalUserId: 'E1', loginName: 'jane', role: 'ADMIN', isActive: false };
const other: PercipioUser = { id: uuid(2), externalUserId: 'E2', loginName: 'other', isActive: true };

async function start(t: TestContext, user: Partial<PercipioUser> = {}, options: PercipioSimulatorOptions = {}) {
  const started = await startProvisioning(t, [{ ...jane, ...user }, { ...other }], options);
  const actions = started.connect(ActionService);
  return { ...started, invoke: (name: string, args: JsonObject) => actions.invokeAction({ name, args }) };
}

const adoption = { user_id: userId, old_external_user_id: 'E1', new_external_user_id: 'E9' };
const renumbering = { old_external_user_id: 'E1', new_external_user_id: 'E9' };
const both = [
  ['adopt_user', adoption],
  ['change_external_user_id', renumbering],
] as const;

for (const [name, args] of both) {
  test(`${name} changes the external user id, nothing else, and once`, async (t) => {
    const { invoke, simulator, written } = await start(t);
    const done = { success: true, user_id: userId, is_active: false, changed: true };
    assert.deepEqual((await invoke(name, args)).response, done);
    assert.deepEqual((await invoke(name, args)).response, { ...done, changed: false });
    assert.deepEqual(written(), [{ externalUserId: 'E9' }]);
    const { updatedAt: _, ...now } = simulator.data.users[0] ?? {};
    assert.deepEqual(now, { ...jane, externalUserId: 'E9' });
  });

  test(`${name} does not need the case of an id, and does not change its case`, async (t) => {
    const { invoke, written } = await start(t);
    const same = await invoke(name, { ...args, new_external_user_id: 'e1' });
    assert.equal(same.response?.changed, false);
    await invoke(name, { ...args, old_external_user_id: 'e1' });
    assert.deepEqual(written(), [{ externalUserId: 'E9' }]);
  });

  test(`${name} to an id that another user has is refused, and says who has it`, async (t) => {
    const { invoke, simulator, written } = await start(t);
    const { status, response } = await invoke(name, { ...args, new_external_user_id: 'e2' });
    assert.equal(status, BatonActionStatus.FAILED);
    assert.match(String(response?.error), new RegExp(`user ${uuid(2)}.* Nothing was changed`));
    assert.deepEqual([written(), simulator.data.users[1]], [[], other]);
  });

  for (const fault of [{ kind: 'lostAnswer' }, { kind: 'status', status: 503 }] as const) {
    test(`${name} writes once when the write meets ${JSON.stringify(fault)}`, async (t) => {
      const { invoke, simulator, written } = await start(t, {}, { staleReads: 1 });
      simulator.faults.add({ ...fault, match: { method: 'PATCH' } });
      assert.equal((await invoke(name, args)).response?.changed, true);
      assert.deepEqual(written(), [{ externalUserId: 'E9' }]);
    });
  }

  test(`${name} without one of the ids is INVALID_ARGUMENT before any request`, async (t) => {
    const { invoke, calls } = await start(t);
    for (const new_external_user_id of [null, ' ', 'E'.repeat(256)]) {
      const error = await failureOf(invoke(name, { ...args, new_external_user_id }));
      assert.equal(error.code, Code.InvalidArgument);
      assert.match(error.rawMessage, /args\.new_external_user_id: (is required|must not be empty|is longer than 255)/);
    }
    assert.deepEqual(calls(), []);
  });
}

for (const [has, current, given] of [
  ['the external user id "E1"', 'E1', 'E7'],
  ['the external user id "E1"', 'E1', undefined],
  ['no external user id', null, 'E7'],
] as const) {
  test(`adopt_user of a user with ${has} where ${given ?? 'none'} is named is refused`, async (t) => {
    const { invoke, written } = await start(t, { externalUserId: current });
    const args = { ...adoption, old_external_user_id: given ?? null };
    const { response } = await invoke('adopt_user', args);
    assert.equal(
      response?.error,
      `User ${userId} has ${has}, and old_external_user_id is ${given === undefined ? 'none' : JSON.stringify(given)}. Nothing was changed: check which user is meant`,
    );
    assert.deepEqual(written(), []);
  });
}

test('adopt_user gives an id to a user without one', async (t) => {
  const { invoke, simulator } = await start(t, { externalUserId: null });
  await invoke('adopt_user', { user_id: userId, new_external_user_id: 9 });
  assert.equal(simulator.data.users[0]?.externalUserId, '9');
});

test('after adopt_user, the account can be requested and reactivated for the person', async (t) => {
  const { invoke, connect, simulator } = await start(t);
  const profile = { external_user_id: 'E9', login_name: 'jane', reactivate: true };
  const create = () => connect(AccountManagerService).createAccount({ accountInfo: { profile } });
  assert.equal((await failureOf(create())).code, Code.FailedPrecondition);
  await invoke('adopt_user', adoption);
  const { result } = await create();
  assert.deepEqual([result.case, result.value?.resource?.id?.resource], ['success', userId]);
  const { isActive, role } = simulator.data.users[0] ?? {};
  assert.deepEqual([isActive, role], [true, 'LEARNER']);
});

test('change_external_user_id names who has the old id and who has the new one', async (t) => {
  const { invoke } = await start(t);
  const { response } = await invoke('change_external_user_id', { ...renumbering, new_external_user_id: 'E2' });
  assert.match(
    String(response?.error),
    new RegExp(
      `^User ${userId} has the old external user id, and user ${uuid(2)} the new one\\. .*cannot merge accounts`,
    ),
  );
});

test('change_external_user_id of an id that nobody has fails', async (t) => {
  const { invoke } = await start(t);
  const { response } = await invoke('change_external_user_id', { ...renumbering, old_external_user_id: 'E8' });
  assert.equal(response?.error, 'Percipio has no user with the external user id "E8", and none with "E9"');
});

test('change_external_user_id of a user who gets another id meanwhile is refused', async (t) => {
  const { invoke, simulator, written } = await start(t);
  simulator.faults.add({
    ...{ kind: 'delay', delayMs: 0, match: { method: 'GET', path: new RegExp(`/users/${userId}$`) } },
    onStrike: () => Object.assign(simulator.data.users[0] ?? {}, { externalUserId: 'E5' }),
  });
  const { response } = await invoke('change_external_user_id', renumbering);
  assert.match(String(response?.error), /has the external user id "E5", and old_external_user_id is "E1"/);
  assert.deepEqual(written(), []);
});
