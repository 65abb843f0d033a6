import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { EncryptedDataSchema, EncryptionConfigSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { encryptSecret } from '../../../src/baton/credentials/encrypt-secret.ts';
import { createOneTimeKey, type OneTimeKey } from '../../../src/baton/on-demand/password-receiver.ts';

/** As a service does that made a password up. */
function encryptFor(key: OneTimeKey) {
  const config = create(EncryptionConfigSchema, key.encryptionConfig);
  return encryptSecret({ name: 'password', description: '', bytes: Buffer.from('Ünlösbar1') }, [config]);
}

test('a secret that a service encrypted for the key is read with it', async () => {
  const key = await createOneTimeKey();
  assert.equal(await key.decrypt(await encryptFor(key)), 'Ünlösbar1');
});

test('each key is its own', async () => {
  const [key, other] = [await createOneTimeKey(), await createOneTimeKey()];
  assert.notDeepEqual(key.encryptionConfig, other.encryptionConfig);
  await assert.rejects(other.decrypt(await encryptFor(key)));
});

test('an answer without a secret, or with one of another scheme, holds nothing for the key', async () => {
  const { decrypt } = await createOneTimeKey();
  assert.equal(await decrypt([]), undefined);
  assert.equal(await decrypt([create(EncryptedDataSchema, { provider: 'baton/jwk/v1' })]), undefined);
});
