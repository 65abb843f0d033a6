import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseClientId } from '../../../../src/baton/conductorone/credentials/client-id.ts';

test('a client id is a name, a host and whatever follows', () => {
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
  ['name@acme.conductor.one', /has no \/ after the host/],
  ['@acme.conductor.one/client', /has no name before the @/],
  ['name@/client', /has no host between @ and \//],
  ['name@a b/client', /contains an invalid host: "a b"/],
  ['name@host:port/client', /contains an invalid host/],
] as const) {
  test(`the error for ${JSON.stringify(text)} says what is wrong`, () => {
    assert.throws(() => parseClientId(text), { reason: 'invalid_client_id', rawMessage: fault });
  });
}
