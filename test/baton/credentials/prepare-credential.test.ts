import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { CredentialOptionsSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../../../src/baton/author/service-error.ts';
import { encryptSecret } from '../../../src/baton/credentials/encrypt-secret.ts';
import { jwkThumbprint } from '../../../src/baton/credentials/jwk-thumbprint.ts';
import { type CredentialRequest, prepareCredential } from '../../../src/baton/credentials/prepare-credential.ts';
import { configFor } from './config-for.ts';

const client = generateKeyPairSync('ed25519');
const clientKey = { id: await jwkThumbprint(client.publicKey), key: client.privateKey };
const password = { name: 'password', description: '', bytes: Buffer.from('chosen') };
const encryptedPasswords = await encryptSecret(password, [configFor(client.publicKey)]);
const badConfig = configFor(generateKeyPairSync('ed448').publicKey);

const prepare = (options: MessageInitShape<typeof CredentialOptionsSchema>, request: Partial<CredentialRequest> = {}) =>
  prepareCredential({
    options: create(CredentialOptionsSchema, options),
    encryptionConfigs: [],
    supported: ['no-password', 'random-password', 'sso', 'encrypted-password'],
    clientKey,
    ...request,
  });

test('what needs no secret is handed on, and configs are of no account then', async () => {
  const request = { encryptionConfigs: [badConfig] };
  assert.deepEqual(await prepare({ options: { case: 'noPassword', value: {} } }, request), {
    credential: { kind: 'no-password' },
    encrypted: [],
  });
  assert.deepEqual(await prepare({ options: { case: 'sso', value: { ssoProvider: 'okta' } } }, request), {
    credential: { kind: 'sso', provider: 'okta' },
    encrypted: [],
  });
  assert.deepEqual(await prepareCredential({ options: undefined, encryptionConfigs: [], supported: [], clientKey }), {
    credential: undefined,
    encrypted: [],
  });
});

test('a random password follows the constraints of the request', async () => {
  const constraints = [{ charSet: 'ab', minCount: 9 }];
  const { credential } = await prepare(
    { options: { case: 'randomPassword', value: { length: 9n, constraints } } } as never,
    { encryptionConfigs: [configFor(client.publicKey)] },
  );
  assert.ok(credential?.kind === 'random-password');
  assert.match(credential.password, /^[ab]{9}$/);
});

test('a password that the caller chose is decrypted', async () => {
  const { credential, encrypted } = await prepare({
    options: { case: 'encryptedPassword', value: { encryptedPasswords } },
  });
  assert.deepEqual(
    [credential, encrypted],
    [{ kind: 'encrypted-password', password: 'chosen', mustChange: false }, []],
  );
});

const randomPassword = { options: { case: 'randomPassword', value: { length: 12n } } } as const;
const encryptedPassword = { options: { case: 'encryptedPassword', value: { encryptedPasswords } } } as const;
for (const [what, options, request, fault] of [
  ['no choice', {}, {}, /has no option/],
  [
    'a kind that is not declared',
    randomPassword,
    { supported: ['sso', 'no-password'] },
    /requests random-password; this connector supports: sso, no-password$/,
  ],
  ['a random password that nobody could read', randomPassword, {}, /nobody could read it/],
  ['a random password for a bad key', randomPassword, { encryptionConfigs: [badConfig] }, /encryption_configs\[0\]/],
  [
    'a random password of no length',
    { options: { case: 'randomPassword', value: {} } },
    { encryptionConfigs: [configFor(client.publicKey)] },
    /length must be from 8 to 64, got 0/,
  ],
  [
    'an encrypted password and configs',
    encryptedPassword,
    { encryptionConfigs: [configFor(client.publicKey)] },
    /encryption_configs must be empty/,
  ],
  [
    'an encrypted password without a client secret',
    encryptedPassword,
    { clientKey: undefined },
    /only a connector with --client-secret can decrypt/,
  ],
  [
    'an encrypted password for another',
    encryptedPassword,
    { clientKey: { ...clientKey, id: 'k2' } },
    /client secret \(key id k2\)/,
  ],
] as const satisfies readonly (readonly [
  string,
  MessageInitShape<typeof CredentialOptionsSchema>,
  Partial<CredentialRequest>,
  RegExp,
])[]) {
  test(`${what} is INVALID_ARGUMENT`, async () => {
    await assert.rejects(prepare(options, request), (error: unknown) => {
      assert.ok(error instanceof ServiceError);
      assert.equal(error.code, Code.InvalidArgument, error.message);
      assert.match(error.rawMessage, fault);
      return true;
    });
  });
}
