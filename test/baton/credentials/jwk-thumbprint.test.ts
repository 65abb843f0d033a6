import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { test } from 'node:test';
import { jwkThumbprint } from '../../../src/baton/credentials/jwk-thumbprint.ts';
import { encodeSshPublicKey, sshKeyTag } from '../../../src/baton/credentials/ssh-public-key.ts';
import { ed25519Jwk, ed25519Thumbprint, rsaJwk, rsaTag, rsaThumbprint } from './vectors.ts';

test('thumbprints are those of the RFCs, and a private key has that of its public half', async () => {
  const privateKey = createPrivateKey({ key: ed25519Jwk, format: 'jwk' });
  assert.equal(await jwkThumbprint(privateKey), ed25519Thumbprint);
  assert.equal(await jwkThumbprint(createPublicKey(privateKey)), ed25519Thumbprint);
  assert.equal(await jwkThumbprint(createPublicKey({ key: rsaJwk, format: 'jwk' })), rsaThumbprint);
});

test('a thumbprint is of the key, not of how it was written', async () => {
  const padded = Buffer.concat([Buffer.alloc(1), Buffer.from(rsaJwk.n, 'base64url')]).toString('base64url');
  const key = createPublicKey({ key: { ...rsaJwk, n: padded, kid: 'k', use: 'enc' }, format: 'jwk' });
  assert.equal(await jwkThumbprint(key), rsaThumbprint);
});

test('a key is tagged as age tags it', () => {
  assert.equal(sshKeyTag(encodeSshPublicKey(createPublicKey({ key: rsaJwk, format: 'jwk' }))), rsaTag);
});
