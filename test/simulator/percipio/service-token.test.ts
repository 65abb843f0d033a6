import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mintServiceToken, readTokenExpiryMs } from '../../../src/simulator/percipio/service-token.ts';

test('a minted token has the form of a JWT and carries the organization and its end', () => {
  const expiresAt = new Date('2030-05-01T00:00:00Z');
  const token = mintServiceToken({ organizationId: 'an-organization', expiresAt });
  assert.match(token, /^[\w-]+\.[\w-]+\.[\w-]+$/);
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  assert.equal(claims.organizationId, 'an-organization');
  assert.equal(claims.exp, expiresAt.getTime() / 1000);
  assert.equal(readTokenExpiryMs(token), expiresAt.getTime());
});

test('two minted tokens differ, and end far in the future unless told otherwise', () => {
  const [one, two] = [mintServiceToken({ organizationId: 'x' }), mintServiceToken({ organizationId: 'x' })];
  assert.notEqual(one, two);
  assert.ok((readTokenExpiryMs(one) ?? 0) > Date.UTC(2090, 0));
});

test('a token that is no JWT, or has no exp, has no end', () => {
  assert.equal(readTokenExpiryMs('opaque'), undefined);
  assert.equal(readTokenExpiryMs(`x.${Buffer.from('{}').toString('base64url')}.x`), undefined);
  assert.equal(readTokenExpiryMs(`x.${Buffer.from('null').toString('base64url')}.x`), undefined);
});
