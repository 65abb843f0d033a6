import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Code } from '../../../../src/baton/author/service-error.ts';
import { parseClientId } from '../../../../src/baton/conductorone/credentials/client-id.ts';
import { findApiRoute } from '../../../../src/baton/conductorone/link/api-route.ts';

const clientId = parseClientId('n@acme.conductor.one/x');

test('ConductorOne is at the host of the client id, or where BATON_C1_API_HOST says', () => {
  for (const [variable, origin] of [
    [undefined, 'https://acme.conductor.one'],
    ['', 'https://acme.conductor.one'],
    ['other.test', 'https://other.test'],
    ['127.0.0.1:8443', 'https://127.0.0.1:8443'],
    ['[::1]:8443', 'https://[::1]:8443'],
  ] as const) {
    assert.equal(findApiRoute(clientId, { BATON_C1_API_HOST: variable }).origin.origin, origin);
  }
  for (const wrong of ['https://other.test', 'other.test/path', 'a b', 'u@h']) {
    assert.throws(() => findApiRoute(clientId, { BATON_C1_API_HOST: wrong }), { reason: 'invalid_api_host' }, wrong);
  }
});

test('a variable that cannot be used is an error with a code and a reason', () => {
  assert.throws(() => findApiRoute(clientId, { HTTPS_PROXY: 'ftp://p' }), {
    code: Code.InvalidArgument,
    reason: 'invalid_proxy',
    rawMessage: /^HTTPS_PROXY has the unsupported scheme ftp/,
  });
  assert.throws(() => findApiRoute(clientId, { SSL_CERT_FILE: '/nonexistent.pem' }), {
    code: Code.FailedPrecondition,
    reason: 'unusable_certificates',
    rawMessage: /^SSL_CERT_FILE names \/nonexistent\.pem, which cannot be read: ENOENT/,
  });
});
