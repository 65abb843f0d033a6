import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { type EncryptedData, EncryptedDataSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { ServiceError } from '../../../src/baton/author/service-error.ts';
import { type ClientKey, decryptPassword } from '../../../src/baton/credentials/decrypt-password.ts';
import { encryptSecret } from '../../../src/baton/credentials/encrypt-secret.ts';
import { configFor } from './config-for.ts';
import { ed25519Jwk, ed25519Thumbprint, encryptedForEd25519, encryptedText } from './vectors.ts';

const clientKey: ClientKey = { id: ed25519Thumbprint, key: createPrivateKey({ key: ed25519Jwk, format: 'jwk' }) };
const data = (encryptedBytes: string | Uint8Array, keyIds = [clientKey.id]) =>
  create(EncryptedDataSchema, { encryptedBytes: Buffer.from(encryptedBytes), keyIds });
const stranger = generateKeyPairSync('ed25519');

async function encrypt(password: string | Uint8Array, key = clientKey.key): Promise<EncryptedData> {
  const secret = { name: 'password', description: '', bytes: Buffer.from(password) };
  const [encrypted] = await encryptSecret(secret, [configFor(key)]);
  assert.ok(encrypted);
  return encrypted;
}

test('what the Go SDK encrypts for a client secret is decrypted', async () => {
  assert.equal(await decryptPassword([data(encryptedForEd25519)], clientKey), encryptedText);
});

test('the first one for the key is taken, whatever else it is for', async () => {
  const forOthers = await encrypt('not this', stranger.privateKey);
  const ours = await encrypt('this');
  ours.keyIds.unshift('another key');
  const unnamed = create(EncryptedDataSchema, { ...(await encrypt('nor this')), keyIds: [] });
  assert.equal(await decryptPassword([forOthers, unnamed, ours, await encrypt('too late')], clientKey), 'this');
});

test('a password is taken as it is, with what looks like the mark of an encoding', async () => {
  assert.equal(await decryptPassword([await encrypt('\ufeffword ')], clientKey), '\ufeffword ');
});

const broken = Buffer.from(encryptedForEd25519, 'base64');
broken[broken.length - 1] = (broken.at(-1) ?? 0) ^ 1;
const brokenKey = Buffer.from(encryptedForEd25519, 'base64');
brokenKey[100] = brokenKey[100] === 65 ? 66 : 65;

for (const [what, encrypted, code, fault] of [
  ['that are for others', [data(encryptedForEd25519, ['another key'])], Code.InvalidArgument, /key id.*90facafe/],
  ['of none', [], Code.InvalidArgument, /key id.*90facafe/],
  ['that are no base64', [data('???')], Code.Internal, /cannot decrypt the password/],
  ['that are no file', [data('AAAA')], Code.Internal, /cannot decrypt the password/],
  ['that were changed', [data(broken.toString('base64'))], Code.Internal, /cannot decrypt the password/],
  ['whose key was changed', [data(brokenKey.toString('base64'))], Code.Internal, /cannot decrypt the password/],
  [
    'under a wrong name',
    [create(EncryptedDataSchema, { ...(await encrypt('x', stranger.privateKey)), keyIds: [clientKey.id] })],
    Code.Internal,
    /cannot decrypt the password/,
  ],
  ['that are no text', [await encrypt(Buffer.of(0xff))], Code.Internal, /cannot decrypt the password/],
  ['of nothing', [await encrypt('')], Code.InvalidArgument, /is empty/],
] as const) {
  test(`encrypted passwords ${what} are refused`, async () => {
    await assert.rejects(decryptPassword(encrypted, clientKey), (error: unknown) => {
      assert.ok(error instanceof ServiceError);
      assert.equal(Code[error.code], Code[code]);
      assert.match(error.rawMessage, fault);
      assert.ok(!error.rawMessage.includes(ed25519Jwk.d));
      return true;
    });
  });
}
