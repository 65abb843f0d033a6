import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Code } from '@connectrpc/connect';
import { CapabilityDetailCredentialOption, ConnectorService } from '#gen/c1/connector/v2/connector_pb.js';
import { CredentialManagerService } from '#gen/c1/connector/v2/resource_pb.js';
import { failureOf } from '../../baton/server/failure-of.ts';
import { call, USERS } from '../../simulator/percipio/start-simulator.ts';
import { uuid } from '../start-connector.ts';
import { chosenPassword, decrypt, randomPassword, startProvisioning } from './start-provisioning.ts';

const userId = uuid(1);
const formerPassword = 'Former password 1';

/** A person who can sign in as jane with the former password, and another one. */
async function start(t: TestContext, isActive = true) {
  const started = await startProvisioning(t, [
    { id: userId, loginName: 'jane', isActive },
    { id: uuid(2), loginName: 'other', isActive: true },
  ]);
  const { simulator, connect } = started;
  for (const id of [userId, uuid(2)]) {
    await call(simulator, `${USERS}/${id}`, { method: 'PATCH', body: { password: formerPassword } });
  }
  simulator.requests.clear();
  const rotate = (credential: ReturnType<typeof randomPassword>, resource = userId) =>
    connect(CredentialManagerService).rotateCredential({
      resourceId: { resourceType: 'user', resource },
      ...credential,
    });
  return { ...started, rotate };
}

test('a rotated password is the only one to sign in with, known to the caller alone', async (t) => {
  const { simulator, rotate, calls, written, log } = await start(t);
  const { encryptedData, resourceId } = await rotate(randomPassword({ length: 20n }));
  const password = await decrypt(encryptedData);
  assert.deepEqual([resourceId?.resource, password.length], [userId, 20]);
  assert.deepEqual(calls(), [`GET /users/${userId}`, `PATCH /users/${userId}`, `GET /users/${userId}`]);
  assert.deepEqual(written(), [{ password }]);
  assert.ok(simulator.canSignIn('jane', password));
  assert.ok(!simulator.canSignIn('jane', formerPassword));
  assert.ok(simulator.canSignIn('other', formerPassword));
  assert.ok(!log().includes(password));
});

test('a password that the caller chose is set, too', async (t) => {
  const { simulator, rotate } = await start(t);
  assert.deepEqual((await rotate(await chosenPassword('Correct horse 1'))).encryptedData, []);
  assert.ok(simulator.canSignIn('jane', 'Correct horse 1'));
});

test('an inactive person gets the password and stays inactive', async (t) => {
  const { simulator, rotate } = await start(t, false);
  const password = await decrypt((await rotate(randomPassword())).encryptedData);
  assert.equal(simulator.passwordOf(userId), password);
  assert.ok(!simulator.canSignIn('jane', password));
});

test('the password of a person who does not exist is NOT_FOUND', async (t) => {
  const { rotate, simulator } = await start(t);
  const error = await failureOf(rotate(randomPassword(), uuid(7)));
  assert.deepEqual(
    [error.code, error.rawMessage],
    [Code.NotFound, `Percipio has no user ${uuid(7)} (it may have been deleted)`],
  );
  assert.deepEqual(simulator.requests.writes(), []);
});

for (const [title, credential, fault] of [
  ['no way of its own', {}, /only a password can be rotated/],
  [
    'no password at all',
    { credentialOptions: { options: { case: 'noPassword', value: {} } } },
    /this connector supports: random-password, encrypted-password/,
  ],
  [
    'a password of one kind of characters',
    randomPassword({ length: 8n, constraints: [{ charSet: 'abc', minCount: 8 }] }),
    /at least 8 characters of at least 3 kinds/,
  ],
] as [string, ReturnType<typeof randomPassword>, RegExp][]) {
  test(`a rotation that asks for ${title} is INVALID_ARGUMENT before any request`, async (t) => {
    const { rotate, calls } = await start(t);
    const error = await failureOf(rotate(credential));
    assert.equal(error.code, Code.InvalidArgument);
    assert.match(error.rawMessage, fault);
    assert.deepEqual(calls(), []);
  });
}

for (const fault of [
  { kind: 'lostAnswer' },
  { kind: 'status', status: 500, carriesOut: true },
  { kind: 'status', status: 503 },
  { kind: 'reset' },
] as const) {
  test(`a rotation whose write meets ${JSON.stringify(fault)} sets one password, which works`, async (t) => {
    const { simulator, rotate, written } = await start(t);
    simulator.faults.add({ ...fault, match: { method: 'PATCH' } });
    const password = await decrypt((await rotate(randomPassword())).encryptedData);
    assert.deepEqual(written(), [{ password }]);
    assert.ok(simulator.canSignIn('jane', password));
  });
}

test('the capabilities tell how accounts can sign in and what can be rotated, the preferred way first', async (t) => {
  const { connect } = await startProvisioning(t, []);
  const { metadata } = await connect(ConnectorService).getMetadata({});
  const { capabilityAccountProvisioning, capabilityCredentialRotation } =
    metadata?.capabilities?.credentialDetails ?? {};
  const { NO_PASSWORD, SSO, RANDOM_PASSWORD, ENCRYPTED_PASSWORD } = CapabilityDetailCredentialOption;
  assert.deepEqual(
    [
      capabilityAccountProvisioning?.supportedCredentialOptions,
      capabilityAccountProvisioning?.preferredCredentialOption,
    ],
    [[NO_PASSWORD, SSO, RANDOM_PASSWORD, ENCRYPTED_PASSWORD], NO_PASSWORD],
  );
  assert.deepEqual(
    [capabilityCredentialRotation?.supportedCredentialOptions, capabilityCredentialRotation?.preferredCredentialOption],
    [[RANDOM_PASSWORD, ENCRYPTED_PASSWORD], RANDOM_PASSWORD],
  );
});
