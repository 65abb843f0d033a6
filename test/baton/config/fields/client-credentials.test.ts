import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { checkClientId, checkClientSecret } from '../../../../src/baton/config/fields/client-credentials.ts';

const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
const secretOf = (value: unknown) =>
  `secret-token:conductorone.com:v1:${Buffer.from(JSON.stringify(value)).toString('base64url')}`;
const id = 'happy-dog-12345@acme.conductor.one/client';

test('what ConductorOne issues passes', () => {
  assert.equal(checkClientId(id), undefined);
  assert.equal(checkClientSecret(secretOf(jwk)), undefined);
});

test('a client id and a client secret in each other’s place are recognized', () => {
  assert.equal(checkClientId(secretOf(jwk)), 'is a client secret, not a client id; are the two swapped?');
  assert.equal(checkClientId('secret-token:cut'), 'is a client secret, not a client id; are the two swapped?');
  assert.equal(checkClientSecret(id), 'is a client id, not a client secret; are the two swapped?');
});

test('each fault says what was expected, and shows nothing of the secret', () => {
  assert.match(checkClientId('acme') ?? '', /^has no @; expected an id such as happy-dog/);
  assert.match(checkClientId('dög@acme.conductor.one/client') ?? '', /^contains white space or other characters/);
  for (const secret of [
    'hunter2',
    secretOf({ ...jwk, d: 'aHVudGVyMg' }),
    secretOf({ ...jwk, x: undefined }),
    secretOf([]),
  ]) {
    const fault = checkClientSecret(secret) ?? '';
    assert.match(fault, /\(expected secret-token:conductorone\.com:v1:…; ConductorOne shows it only once/);
    assert.ok(!fault.includes('hunter2') && !fault.includes('aHVudGVyMg'));
  }
});
