import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { CredentialSchema } from '#gen/c1/utls/v1/tls_pb.js';
import { readCredential } from '../../../src/baton/child/read-credential.ts';
import { mutualServer } from '../server/tls-fixture.ts';
import { serverCredential, toGoKey } from './parent.ts';

const read = (change: MessageInitShape<typeof CredentialSchema>) =>
  readCredential(create(CredentialSchema, { ...serverCredential, ...change } as typeof change));

test('a credential of the Go SDK becomes PEM', () => {
  assert.deepEqual(read({}), mutualServer);
});

for (const [what, change, fault] of [
  ['an authority that is no certificate', { caCert: Buffer.from('x') }, /credential\.ca_cert is no certificate/],
  ['no certificate', { cert: new Uint8Array() }, /credential\.cert is no certificate in DER form/],
  ['a key in PKCS #8', { key: Buffer.alloc(48) }, /credential\.key must be an Ed25519 key of 64 bytes, got 48/],
  [
    'a key of another certificate',
    { key: toGoKey('mutual-client-key') },
    /credential\.key is not that of credential\.cert/,
  ],
] as const) {
  test(`${what} is refused`, () => {
    assert.throws(() => read(change), fault);
  });
}

test('a missing credential is refused', () => {
  assert.throws(() => readCredential(undefined), /credential is missing/);
});
