import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseClientId } from '../../../../src/baton/conductorone/credentials/client-id.ts';
import { findApiEndpoint, formatAuthority } from '../../../../src/baton/conductorone/link/api-endpoint.ts';

test('a client id is a name, a host and what is behind it', () => {
  for (const [text, name, host] of [
    ['happy-dog-12345@acme.conductor.one/client', 'happy-dog-12345', 'acme.conductor.one'],
    ['n@localhost:8443/a/b@c', 'n', 'localhost:8443'],
    ['n@[::1]:8443/', 'n', '[::1]:8443'],
    [' n@h/x\n', 'n', 'h'],
  ] as const) {
    assert.deepEqual(parseClientId(text), { text: text.trim(), name, host });
  }
});

for (const [text, fault] of [
  ['acme.conductor.one/client', /has no @/],
  ['name@acme.conductor.one', /has no \/ behind the host/],
  ['@acme.conductor.one/client', /has no name before the @/],
  ['name@/client', /has no host between @ and \//],
  ['name@a b/client', /names a host that is none: "a b"/],
  ['name@host:port/client', /names a host that is none/],
] as const) {
  test(`of ${JSON.stringify(text)} it is said what is wrong`, () => {
    assert.throws(() => parseClientId(text), { reason: 'invalid_client_id', rawMessage: fault });
  });
}

test('ConductorOne is at the host of the client id, or where BATON_C1_API_HOST says', () => {
  const clientId = parseClientId('n@acme.conductor.one/x');
  for (const [variable, host, port, authority] of [
    [undefined, 'acme.conductor.one', 443, 'acme.conductor.one'],
    ['', 'acme.conductor.one', 443, 'acme.conductor.one'],
    ['other.test', 'other.test', 443, 'other.test'],
    ['127.0.0.1:8443', '127.0.0.1', 8443, '127.0.0.1:8443'],
    ['[::1]:8443', '::1', 8443, '[::1]:8443'],
  ] as const) {
    const endpoint = findApiEndpoint(clientId, { BATON_C1_API_HOST: variable });
    assert.deepEqual(endpoint, { host, port });
    assert.equal(formatAuthority(endpoint), authority);
  }
  for (const wrong of ['https://other.test', 'other.test/path', 'a b', 'u@h']) {
    assert.throws(() => findApiEndpoint(clientId, { BATON_C1_API_HOST: wrong }), { reason: 'invalid_api_host' }, wrong);
  }
});
