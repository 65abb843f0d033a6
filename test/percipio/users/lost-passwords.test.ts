// A create that was interrupted before anybody had its password, and is requested again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { AccountManagerService } from '#gen/c1/connector/v2/resource_pb.js';
import { LocalizedMessageSchema } from '#gen/google/rpc/error_details_pb.js';
import { uuid } from '../start-connector.ts';
import { chosenPassword, decrypt, type Provisioning, randomPassword, startProvisioning } from './start-provisioning.ts';

const profile = { external_user_id: 'E1', login_name: 'jane', custom_attributes: { Department: 'Platform' } };
const jane = { id: uuid(1), externalUserId: 'e1', loginName: 'Jane', isActive: true, role: 'LEARNER' };
const attributes = [{ id: 'a1', name: 'Department', value: 'Platform' }];
const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();

async function createAccount(
  { connect }: Provisioning,
  changed: JsonObject = {},
  credential: Partial<ReturnType<typeof randomPassword>> = randomPassword(),
) {
  const accountInfo = { profile: { ...profile, ...changed } };
  const { result, encryptedData, annotations } = await connect(AccountManagerService).createAccount({
    accountInfo,
    ...credential,
  });
  const notices = annotations.map((any) => anyUnpack(any, LocalizedMessageSchema)?.message);
  const password = encryptedData.length > 0 ? await decrypt(encryptedData) : undefined;
  return { outcome: result.case, password, notices };
}

test('after a restart the account gets a new password, and the answer and the log say so', async (t) => {
  const started = await startProvisioning(t, []);
  const first = await createAccount(started);
  const again = await createAccount(started.restarted());
  assert.equal(again.outcome, 'success');
  assert.ok(again.password && again.password !== first.password);
  assert.ok(started.simulator.canSignIn('jane', again.password));
  assert.equal(started.simulator.data.users.length, 1);
  assert.match(again.notices[0] ?? '', /earlier attempt whose password was never delivered: it has a new password now/);
  assert.ok(started.log().includes('it has a new password now'));
  assert.ok(!started.log().includes(again.password));
});

test('a reactivated account gets a new password in the same way', async (t) => {
  const started = await startProvisioning(t, [{ ...jane, isActive: false, customAttributes: attributes }]);
  await createAccount(started, { reactivate: true });
  const again = await createAccount(started.restarted(), { reactivate: true });
  assert.equal(again.outcome, 'success');
  assert.ok(started.simulator.canSignIn('jane', again.password ?? ''));
});

test('an account that was requested as inactive gets a new password in the same way, and stays inactive', async (t) => {
  const started = await startProvisioning(t, []);
  await createAccount(started, { is_active: false });
  const again = await createAccount(started.restarted(), { is_active: false });
  assert.equal(again.outcome, 'success');
  const [user] = started.simulator.data.users;
  assert.deepEqual([user?.isActive, started.simulator.passwordOf(user?.id ?? '')], [false, again.password]);
});

test('a password that the caller chose is set again', async (t) => {
  const started = await startProvisioning(t, [{ ...jane, updatedAt: ago(1), customAttributes: attributes }]);
  const { outcome } = await createAccount(started, {}, await chosenPassword('Correct-Horse-7'));
  assert.equal(outcome, 'success');
  assert.ok(started.simulator.canSignIn('jane', 'Correct-Horse-7'));
});

test('the same process does not set it again: it has answered with the password', async (t) => {
  const started = await startProvisioning(t, []);
  const first = await createAccount(started);
  const again = await createAccount(started, { external_user_id: 'e1' });
  assert.deepEqual([again.outcome, again.password, again.notices], ['alreadyExists', undefined, []]);
  assert.ok(started.simulator.canSignIn('jane', first.password ?? ''));
});

test('the same process gives no password to an account that it created without one', async (t) => {
  const started = await startProvisioning(t, []);
  await createAccount(started, {}, {});
  const again = await createAccount(started);
  assert.deepEqual([again.outcome, again.password], ['alreadyExists', undefined]);
  assert.equal(started.written().length, 1);
});

test('requests that come together get one password', async (t) => {
  const started = await startProvisioning(t, []);
  const all = await Promise.all(Array.from({ length: 5 }, () => createAccount(started)));
  const passwords = all.flatMap(({ password }) => password ?? []);
  assert.equal(passwords.length, 1);
  assert.ok(started.simulator.canSignIn('jane', passwords[0] ?? ''));
});

for (const [what, existing, credential] of [
  ['was changed more than a day ago', { updatedAt: ago(25) }, randomPassword()],
  ['was changed at an unknown time', { updatedAt: null }, randomPassword()],
  ['has another name', { updatedAt: ago(1), loginName: 'jane2' }, randomPassword()],
  ['has another role', { updatedAt: ago(1), role: 'ADMIN' }, randomPassword()],
  ['has another attribute', { updatedAt: ago(1), customAttributes: [] }, randomPassword()],
  ['has no external user id', { updatedAt: ago(1), externalUserId: null }, randomPassword()],
  ['needs no password', { updatedAt: ago(1) }, {}],
] as const) {
  test(`an account that ${what} stays as it is`, async (t) => {
    const started = await startProvisioning(t, [{ ...jane, customAttributes: attributes, ...existing }]);
    const { outcome, password } = await createAccount(started, {}, credential);
    assert.deepEqual([outcome, password, started.written()], ['alreadyExists', undefined, []]);
  });
}
