import assert from 'node:assert/strict';
import { generateKeyPairSync, verify } from 'node:crypto';
import { test } from 'node:test';
import { createAssertion } from '../../../../src/baton/conductorone/credentials/assertion.ts';
import { parseClientId } from '../../../../src/baton/conductorone/credentials/client-id.ts';

const { publicKey, privateKey: key } = generateKeyPairSync('ed25519');
const now = new Date('2026-01-02T03:04:05.678Z');
const nowSeconds = Math.floor(now.getTime() / 1000);

async function read(clientId: string) {
  const assertion = await createAssertion({ clientId: parseClientId(clientId), key, now });
  const [header = '', payload = '', signature = ''] = assertion.split('.');
  assert.ok(verify(null, Buffer.from(`${header}.${payload}`), publicKey, Buffer.from(signature, 'base64url')));
  return [header, payload].map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));
}

test('header and claims are those of the Go SDK, and no others', async () => {
  const [header, claims] = await read('n@acme.conductor.one/client');
  const { nonce, ...rest } = header;
  assert.deepEqual(rest, { alg: 'EdDSA' });
  assert.match(nonce, /^[0-9a-f]{32}$/);
  assert.deepEqual(claims, {
    iss: 'n@acme.conductor.one/client',
    sub: 'n@acme.conductor.one/client',
    aud: 'acme.conductor.one',
    exp: nowSeconds + 120,
    nbf: nowSeconds - 120,
    iat: nowSeconds,
  });
});

test('the audience has no port', async () => {
  assert.equal((await read('n@localhost:8443/client'))[1].aud, 'localhost');
  assert.equal((await read('n@[::1]:8443/client'))[1].aud, '::1');
});

test('no two assertions have the same nonce', async () => {
  assert.notEqual((await read('n@h/c'))[0].nonce, (await read('n@h/c'))[0].nonce);
});
