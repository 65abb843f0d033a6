import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { Code } from '../../../../src/baton/author/service-error.ts';
import { createCallerCheck } from '../../../../src/baton/lambda/callers/caller-check.ts';
import { readSigningKey } from '../../../../src/baton/lambda/callers/signing-keys.ts';

const expected = { issuer: 'https://acme.conductor.one', subject: 'connector-1', audience: 'connector-aud' };
const now = () => Math.floor(Date.now() / 1000);
const ours = generateKeyPairSync('ed25519');
const other = generateKeyPairSync('ed25519');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwk = (key: typeof ours, kid?: string) => ({ ...key.publicKey.export({ format: 'jwk' }), ...(kid && { kid }) });
const signer = readSigningKey(JSON.stringify(jwk(ours, 'k1')));

interface TokenOptions {
  readonly claims?: Record<string, unknown>;
  readonly header?: Record<string, unknown>;
  readonly key?: typeof ours;
}

function tokenOf({ claims, header, key = ours }: TokenOptions = {}): string {
  const all = { iss: expected.issuer, sub: expected.subject, aud: expected.audience, exp: now() + 300, ...claims };
  const parts = [{ alg: 'EdDSA', kid: 'k1', ...header }, all];
  const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${signed}.${sign(null, Buffer.from(signed), key.privateKey).toString('base64url')}`;
}

const check = (authorization: string | undefined, find: JWTVerifyGetKey = signer) =>
  createCallerCheck(expected, find)(new Headers(authorization === undefined ? {} : { authorization }));

test('a token that names issuer, subject and audience may call', async () => {
  await check(`Bearer ${tokenOf()}`);
  await check(`Bearer ${tokenOf({ claims: { aud: ['x', expected.audience], nbf: now() - 60 } })}`);
  await check(`Bearer ${tokenOf({ claims: { iat: now() + 1000 } })}`);
});

test('without a token there is a clear answer', async () => {
  await assert.rejects(check(undefined), { code: Code.Unauthenticated, rawMessage: 'missing authorization header' });
  for (const authorization of ['Basic abc', `bearer ${tokenOf()}`, 'Bearer', `Bearer  ${tokenOf()}`]) {
    await assert.rejects(check(authorization), { rawMessage: 'invalid authorization header' }, authorization);
  }
});

const refused: Readonly<Record<string, TokenOptions>> = {
  'another issuer': { claims: { iss: 'https://evil.test' } },
  'another subject': { claims: { sub: 'connector-2' } },
  'another audience': { claims: { aud: 'x' } },
  'a list without the audience': { claims: { aud: ['x', 'y'] } },
  'no end': { claims: { exp: undefined } },
  'an end that has passed': { claims: { exp: now() - 1 } },
  'an end in more than a day': { claims: { exp: now() + 24 * 3600 + 60 } },
  'a beginning in the future': { claims: { nbf: now() + 60 } },
  'no subject': { claims: { sub: undefined } },
  'an unknown key id': { header: { kid: 'k2' } },
  'another key': { key: other },
  'no signature': { header: { alg: 'none' } },
  'a secret as its key': { header: { alg: 'HS256' } },
};
for (const [what, options] of Object.entries(refused)) {
  test(`a token with ${what} is refused, and not shown`, async () => {
    const token = tokenOf(options);
    await assert.rejects(check(`Bearer ${token}`), (error: Error & { code?: number; reason?: string }) => {
      assert.equal(error.code, Code.Unauthenticated);
      assert.equal(error.reason, 'unknown_caller');
      assert.match(error.message, /invalid token: /);
      assert.ok(!error.message.includes(token.slice(0, 20)));
      return true;
    });
  });
}

test('a text that is not a token is refused', async () => {
  for (const text of ['x', 'a.b', 'a.b.c', '.', '..', `${tokenOf()}.x`]) {
    await assert.rejects(check(`Bearer ${text}`), /invalid token: /, text);
  }
});

test('a token without a key id may be signed by any key of a set', async () => {
  const keys = { keys: [jwk(other, 'a'), jwk(ours, 'b'), rsa.publicKey.export({ format: 'jwk' })] };
  const find = createLocalJWKSet(keys as JSONWebKeySet);
  await check(`Bearer ${tokenOf({ header: { kid: undefined } })}`, find);
  const stranger = generateKeyPairSync('ed25519');
  await assert.rejects(check(`Bearer ${tokenOf({ header: { kid: undefined }, key: stranger })}`, find), {
    rawMessage: 'invalid token: no key has signed it',
  });
});

test('a private key, or none, is no signing key', () => {
  const secret = ours.privateKey.export({ format: 'jwk' });
  const unusable: readonly (readonly [string, string])[] = [
    [JSON.stringify(secret), '--lambda-auth-jwt-signer must be a public key'],
    ['{"kty":"oct","k":"c2VjcmV0"}', '--lambda-auth-jwt-signer must be a public key'],
    ['nonsense', '--lambda-auth-jwt-signer must be a JSON Web Key'],
    ['"text"', '--lambda-auth-jwt-signer must be a JSON Web Key'],
    ['{}', '--lambda-auth-jwt-signer has no member kty'],
  ];
  for (const [text, rawMessage] of unusable) {
    assert.throws(() => readSigningKey(text), { code: Code.InvalidArgument, rawMessage }, text);
  }
});
