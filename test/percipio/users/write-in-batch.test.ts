// Accounts and passwords that only a batch of Percipio can write as requested.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { JsonObject } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { AccountManagerService, CredentialManagerService } from '#gen/c1/connector/v2/resource_pb.js';
import type { PercipioUser } from '../../../src/simulator/percipio/organization/api-objects.ts';
import type { PercipioSimulatorOptions } from '../../../src/simulator/percipio/simulator-options.ts';
import { failureOf } from '../../baton/server/failure-of.ts';
import { uuid } from '../start-connector.ts';
import { chosenPassword, decrypt, type Provisioning, randomPassword, startProvisioning } from './start-provisioning.ts';

const userId = uuid(1);
const jane: PercipioUser = { id: userId, externalUserId: 'E1', loginName: 'jane', firstName: 'Jane', isActive: true };
const other: PercipioUser = { id: uuid(2), externalUserId: 'E2', loginName: 'other', isActive: true };
const batchPath = /batch-users-request/;
const forced = () => randomPassword({ length: 16n }, true);
const pollMax = 13;

/** A password that the caller chose, and that the user must change. */
async function forcedPassword(password: string) {
  const { credentialOptions } = await chosenPassword(password);
  return { credentialOptions: { ...credentialOptions, forceChangeAtNextLogin: true } };
}

const start = (t: TestContext, users = [{ ...jane }, { ...other }], options: PercipioSimulatorOptions = {}) =>
  startProvisioning(t, users, { attempts: 3, ...options });

/** The reason of the failure that was logged last. */
const reasonIn = ({ log }: Provisioning) => [...log().matchAll(/"reason":"(\w+)"/g)].at(-1)?.[1];

const rotate = ({ connect }: Provisioning, credential = forced()) =>
  connect(CredentialManagerService).rotateCredential({
    resourceId: { resourceType: 'user', resource: userId },
    ...credential,
  });

const create = ({ connect }: Provisioning, profile: JsonObject, credential = forced()) =>
  connect(AccountManagerService).createAccount({ accountInfo: { profile }, ...credential });

const batches = ({ simulator }: Provisioning) => simulator.requests.of({ method: 'POST', path: batchPath });

for (const options of [{}, { batchForm: 'list' }, { batchPolls: 4 }, { batchPolls: 0 }] as const) {
  test(`a rotated password must be changed at the next sign-in: ${JSON.stringify(options)}`, async (t) => {
    const started = await start(t, undefined, options);
    const { simulator, log } = started;
    const password = await decrypt((await rotate(started)).encryptedData);
    assert.ok(simulator.canSignIn('jane', password));
    assert.deepEqual([simulator.mustResetPassword(userId), simulator.mustResetPassword(other.id)], [true, false]);
    assert.deepEqual(
      batches(started).map(({ body }) => body),
      [[{ externalUserId: 'E1', newPassword: password, mustResetPassword: true }]],
    );
    assert.equal(simulator.data.users.length, 2);
    assert.ok(!log().includes(password));
  });
}

test('a password that need not be changed is written without a batch', async (t) => {
  const started = await start(t);
  await rotate(started, randomPassword());
  assert.deepEqual(batches(started), []);
  assert.equal(started.simulator.mustResetPassword(userId), false);
});

test('a user without an external user id gets no forced change, and nothing is written', async (t) => {
  const started = await start(t, [{ ...jane, externalUserId: null }]);
  const error = await failureOf(rotate(started));
  assert.deepEqual([error.code, reasonIn(started)], [Code.FailedPrecondition, 'password_change_not_forcible']);
  assert.match(error.rawMessage, /^Percipio can only force a password change for a user with an external user id/);
  assert.deepEqual(started.simulator.requests.writes(), []);
});

for (const fault of [
  { kind: 'lostAnswer' },
  { kind: 'status', status: 500, carriesOut: true },
  { kind: 'status', status: 200, body: 'accepted', carriesOut: true },
  { kind: 'status', status: 202, body: {}, carriesOut: true },
] as const) {
  test(`a batch that is carried out although it meets ${JSON.stringify(fault)} is found by reading`, async (t) => {
    const started = await start(t);
    started.simulator.faults.add({ ...fault, match: { method: 'POST', path: batchPath } });
    const password = await decrypt((await rotate(started)).encryptedData);
    assert.equal(batches(started).length, 1);
    assert.ok(started.simulator.canSignIn('jane', password));
  });
}

for (const fault of [{ kind: 'reset' }, { kind: 'status', status: 503 }] as const) {
  test(`a batch that was perhaps not carried out, after ${JSON.stringify(fault)}, is not sent again`, async (t) => {
    const started = await start(t);
    started.simulator.faults.add({ ...fault, match: { method: 'POST', path: batchPath } });
    const error = await failureOf(rotate(started));
    assert.deepEqual([error.code, reasonIn(started)], [Code.FailedPrecondition, 'percipio_batch_pending']);
    assert.match(error.rawMessage, /change user 00000000-\S+ in a batch, and does not show it yet\. Check the user/);
    assert.equal(batches(started).length, 1);
  });
}

for (const [what, fault] of [
  ['are rejected', { kind: 'status', status: 404 }],
  ['are lost', { kind: 'reset' }],
  ['are web pages', { kind: 'status', status: 200, body: '<html>busy</html>' }],
] as const) {
  test(`a batch whose polls ${what} is settled by reading`, async (t) => {
    const started = await start(t);
    const times = Number.POSITIVE_INFINITY;
    started.simulator.faults.add({ ...fault, times, match: { method: 'GET', path: batchPath } });
    const password = await decrypt((await rotate(started)).encryptedData);
    assert.ok(started.simulator.canSignIn('jane', password));
    assert.equal(batches(started).length, 1);
  });
}

test('a batch that Percipio does not process in time is pending, and is not sent again', async (t) => {
  const started = await start(t, undefined, { batchDelayMs: 3_600_000 });
  const error = await failureOf(rotate(started));
  assert.deepEqual([error.code, reasonIn(started)], [Code.FailedPrecondition, 'percipio_batch_pending']);
  assert.equal(batches(started).length, 1);
  assert.equal(started.simulator.requests.of({ method: 'GET', path: batchPath }).length, pollMax);
});

test('if reading the user fails too, the batch is pending, and is not sent again', async (t) => {
  const started = await start(t);
  const times = Number.POSITIVE_INFINITY;
  started.simulator.faults.add({ kind: 'reset', times, match: { method: 'GET', path: batchPath } });
  started.simulator.faults.add({
    kind: 'status',
    status: 500,
    skip: 1,
    times,
    match: { method: 'GET', path: /users\/[^/]+$/ },
  });
  const error = await failureOf(rotate(started));
  assert.equal(reasonIn(started), 'percipio_batch_pending');
  assert.match(error.rawMessage, /and reading the user failed: GET .* answered 500/);
  assert.equal(batches(started).length, 1);
});

test('if reading a new account fails too, the error says that it was to be created', async (t) => {
  const started = await start(t);
  const { faults } = started.simulator;
  const lookUp = { method: 'GET', path: /users\/external-user-id\/E3$/ };
  faults.add({ kind: 'status', status: 500, skip: 1, times: Number.POSITIVE_INFINITY, match: lookUp });
  const error = await failureOf(create(started, { external_user_id: 'E3', login_name: 'ada' }));
  assert.equal(reasonIn(started), 'percipio_batch_pending');
  assert.match(
    error.rawMessage,
    /^Percipio was asked to create the user E3 in a batch, .* reading the user failed: GET /,
  );
  assert.equal(batches(started).length, 1);
});

test('a new account has the language of its welcome e-mail, and a password to change', async (t) => {
  const started = await start(t);
  const { simulator } = started;
  const profile = {
    ...{ external_user_id: 'E3', email: 'ada@example.com', login_name: 'ada', first_name: 'Ada', role: 'manager' },
    ...{ send_welcome_email: true, welcome_email_language: ' DE ', must_reset_password: 'true' },
  };
  const { result, encryptedData } = await create(started, profile, await chosenPassword('Correct horse 1'));
  assert.equal(result.case, 'success');
  assert.deepEqual(encryptedData, []);
  const id = result.value.resource?.id?.resource ?? '';
  assert.equal(simulator.welcomeLanguageOf(id), 'de');
  assert.ok(simulator.mustResetPassword(id) && simulator.canSignIn('ada', 'Correct horse 1'));
  const created = simulator.data.users.find((user) => user.id === id);
  assert.deepEqual([created?.role, created?.email, created?.isActive], ['MANAGER', 'ada@example.com', true]);
  assert.equal(simulator.requests.writes().length, 1);
});

test('an account without a password can have a language alone', async (t) => {
  const started = await start(t);
  const profile = {
    ...{ external_user_id: 'E3', email: 'ada@example.com', send_welcome_email: true, welcome_email_language: 'ja' },
  };
  const credential = { credentialOptions: { options: { case: 'noPassword', value: {} } } } as const;
  const { result } = await create(started, profile, credential);
  assert.equal(result.case, 'success');
  const id = result.value.resource?.id?.resource ?? '';
  assert.equal(started.simulator.welcomeLanguageOf(id), 'ja');
  assert.equal(started.simulator.mustResetPassword(id), false);
});

test('a person who comes back is reactivated with a password to change, in one write', async (t) => {
  const started = await start(t, [{ ...jane, isActive: false }, { ...other }]);
  const { simulator } = started;
  const { result, encryptedData } = await create(started, {
    ...{ external_user_id: 'E1', login_name: 'jane', last_name: 'Roe', reactivate: true },
  });
  assert.equal(result.case, 'success');
  assert.ok(simulator.canSignIn('jane', await decrypt(encryptedData)));
  assert.ok(simulator.mustResetPassword(userId));
  assert.equal(simulator.data.users[0]?.lastName, 'Roe');
  assert.equal(simulator.requests.writes().length, 1);
});

test('a new account that Percipio rejects is an error with the reasons, and is not sent again', async (t) => {
  const started = await start(t, undefined, { requiredAttributes: ['Geo'] });
  const error = await failureOf(create(started, { external_user_id: 'E3', login_name: 'ada' }));
  assert.deepEqual([error.code, reasonIn(started)], [Code.InvalidArgument, 'percipio_batch_failed']);
  assert.match(error.rawMessage, /reported that the batch failed: INVALID_FIELD_VALUE \(Geo->field_required\)\. /);
  assert.equal(batches(started).length, 1);
});

test('a login name that somebody else took meanwhile is refused as somebody else’s, and changes nobody', async (t) => {
  const started = await start(t);
  // Hides the other user from the look-ups before the write.
  started.simulator.faults.add({ kind: 'status', status: 404, times: 2, match: { path: /login-name-or-email/ } });
  const error = await failureOf(create(started, { external_user_id: 'E3', login_name: 'other' }));
  assert.deepEqual([error.code, reasonIn(started)], [Code.FailedPrecondition, 'another_person']);
  assert.equal(batches(started).length, 1);
  assert.equal(started.simulator.data.users.length, 2);
});

test('a password that the response to a poll repeats is neither in the error nor in the log', async (t) => {
  const started = await start(t);
  const password = 'Correct horse 1';
  const errors = [
    { code: 'INVALID_FIELD_VALUE', message: `not ${password}`, additionalInfo: 'password->invalid_password' },
  ];
  const body = { id: 'b', status: 'Processed', items: [{ newPassword: password, status: 'Failed', errors }] };
  started.simulator.faults.add({ kind: 'status', status: 200, body, match: { method: 'GET', path: batchPath } });
  const error = await failureOf(rotate(started, await forcedPassword(password)));
  assert.equal(error.code, Code.InvalidArgument);
  assert.match(error.rawMessage, /the batch failed: not .*INVALID_FIELD_VALUE \(password->invalid_password\)/);
  assert.ok(!error.rawMessage.includes(password) && !started.log().includes(password));
});

test('a batch that fails without a reason is FAILED_PRECONDITION', async (t) => {
  const started = await start(t);
  const body = { id: 'b', status: 'Failed' };
  started.simulator.faults.add({ kind: 'status', status: 200, body, match: { method: 'GET', path: batchPath } });
  const error = await failureOf(rotate(started));
  assert.deepEqual([error.code, reasonIn(started)], [Code.FailedPrecondition, 'percipio_batch_failed']);
  assert.equal(batches(started).length, 1);
});
