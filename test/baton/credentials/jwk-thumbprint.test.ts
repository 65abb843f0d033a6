import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { calculateJwkThumbprint } from 'jose/jwk/thumbprint';
import { jwkThumbprint } from '../../../src/baton/credentials/jwk-thumbprint.ts';
import { encodeSshPublicKey, sshKeyTag } from '../../../src/baton/credentials/ssh-public-key.ts';
import { ed25519Jwk, ed25519Thumbprint, rsaJwk, rsaTag, rsaThumbprint } from './vectors.ts';

test('thumbprints are those of the RFCs, and a private key has that of its public half', () => {
  const privateKey = createPrivateKey({ key: ed25519Jwk, format: 'jwk' });
  assert.equal(jwkThumbprint(privateKey), ed25519Thumbprint);
  assert.equal(jwkThumbprint(createPublicKey(privateKey)), ed25519Thumbprint);
  assert.equal(jwkThumbprint(createPublicKey({ key: rsaJwk, format: 'jwk' })), rsaThumbprint);
});

test('a thumbprint is of the key, not of how it was written', () => {
  const padded = Buffer.concat([Buffer.alloc(1), Buffer.from(rsaJwk.n, 'base64url')]).toString('base64url');
  const key = createPublicKey({ key: { ...rsaJwk, n: padded, kid: 'k', use: 'enc' }, format: 'jwk' });
  assert.equal(jwkThumbprint(key), rsaThumbprint);
});

test('thumbprints of keys on other curves are those of another implementation', async () => {
  for (const namedCurve of ['P-256', 'P-384', 'P-521']) {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve });
    const expected = Buffer.from(await calculateJwkThumbprint(publicKey), 'base64url').toString('hex');
    assert.equal(jwkThumbprint(publicKey), expected, namedCurve);
  }
});

test('a key is tagged as age tags it', () => {
  assert.equal(sshKeyTag(encodeSshPublicKey(createPublicKey({ key: rsaJwk, format: 'jwk' }))), rsaTag);
});
