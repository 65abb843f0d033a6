import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { test } from 'node:test';
import { calculateJwkThumbprint } from 'jose/jwk/thumbprint';
import { parseClientKey, parseClientSecret } from '../../../../src/baton/conductorone/credentials/client-secret.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwk = privateKey.export({ format: 'jwk' });
const secretOf = (value: unknown) => `secret-token:conductorone.com:v1:${encode(value)}`;

test('a client secret holds the key that ConductorOne knows the other half of', () => {
  for (const secret of [secretOf(jwk), `${secretOf({ ...jwk, kid: 'k', use: 'sig' })}\n`]) {
    const data = Buffer.from('data');
    assert.ok(verify(null, data, publicKey, sign(null, data, parseClientSecret(secret))));
  }
});

test('the key is called what its JWK says, or by its thumbprint', async () => {
  const thumbprint = Buffer.from(await calculateJwkThumbprint(publicKey), 'base64url').toString('hex');
  for (const [value, id] of [
    [jwk, thumbprint],
    [{ ...jwk, kid: '' }, thumbprint],
    [{ ...jwk, kid: 'k' }, 'k'],
  ] as const) {
    const clientKey = await parseClientKey(secretOf(value));
    assert.equal(clientKey.id, id);
    assert.ok(clientKey.key.equals(privateKey));
  }
});

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
const { d: _, ...publicJwk } = jwk;
for (const [what, secret, fault] of [
  ['that is cut off before the key', 'secret-token:conductorone.com:v1', /has 3 of 4 parts/],
  ['without colons', encode(jwk), /has 1 of 4 parts/],
  ['of another version', secretOf(jwk).replace(':v1:', ':v2:'), /unsupported version .*supports v1/],
  ['whose key is not base64url', `${secretOf(jwk)}=`, /fourth part that is not base64url/],
  ['whose key is cut off', secretOf(jwk).slice(0, -30), /fourth part that is not a JSON Web Key/],
  ['whose key is not an object', secretOf('text'), /fourth part that is not a JSON Web Key/],
  ['with another kind of key', secretOf(rsa), /must contain an Ed25519 key/],
  ['with a public key', secretOf(publicJwk), /must contain a private key, not a public one/],
  ['with a broken key', secretOf({ ...jwk, d: 'AAAA' }), /contains an unreadable key/],
] as const) {
  test(`the error for a secret ${what} says what is wrong, and shows nothing of it`, () => {
    assert.throws(
      () => parseClientSecret(secret),
      (error: Error & { reason: string; rawMessage: string }) => {
        assert.equal(error.reason, 'invalid_client_secret');
        assert.match(error.rawMessage, fault);
        const shown = `${error.stack}${error.cause}`;
        for (const piece of [jwk.d ?? '', encode(jwk), rsa.d ?? '']) assert.ok(!shown.includes(piece.slice(0, 20)));
        return true;
      },
    );
  });
}
