import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { Code } from '@connectrpc/connect';
import { CredentialManagerService } from '#gen/c1/connector/v2/resource_pb.js';
import { parseClientKey } from '../../../../src/baton/conductorone/credentials/client-secret.ts';
import { decryptPassword } from '../../../../src/baton/credentials/decrypt-password.ts';
import { encryptSecret } from '../../../../src/baton/credentials/encrypt-secret.ts';
import { configFor } from '../../credentials/config-for.ts';
import { failureOf } from '../../server/failure-of.ts';
import { createChangingLibrary } from '../changing-library.ts';
import { testEachWay } from '../each-way.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const jwk = Buffer.from(JSON.stringify(privateKey.export({ format: 'jwk' }))).toString('base64url');
const clientKey = await parseClientKey(`secret-token:conductorone.com:v1:${jwk}`);
const resourceId = { resourceType: 'reader', resource: 'r1' };

testEachWay('a rotation sets a new password, which only the caller can read', async (serve) => {
  const { connector, asked } = createChangingLibrary();
  const { connect, log } = await serve(connector);
  const { resourceId: rotated, encryptedData } = await connect(CredentialManagerService).rotateCredential({
    resourceId,
    credentialOptions: { options: { case: 'randomPassword', value: { length: 12n } } },
    encryptionConfigs: [configFor(publicKey)],
  });
  assert.deepEqual([rotated?.resourceType, rotated?.resource], ['reader', 'r1']);
  const password = await decryptPassword(encryptedData, clientKey);
  assert.equal(password.length, 12);
  assert.equal(asked.rotations[0]?.id.resource, 'r1');
  assert.deepEqual(asked.rotations[0]?.credential, { kind: 'random-password', password, mustChange: false });
  assert.ok(!log().includes(password));
});

testEachWay(
  'a password that the caller chose is decrypted with the client secret, and not sent back',
  async (serve) => {
    const { connector, asked } = createChangingLibrary();
    const { connect, log } = await serve(connector, { clientKey });
    const secret = { name: 'password', description: '', bytes: Buffer.from('my öwn password') };
    const encryptedPasswords = await encryptSecret(secret, [
      configFor(generateKeyPairSync('ed25519').publicKey),
      configFor(publicKey),
    ]);
    const { encryptedData } = await connect(CredentialManagerService).rotateCredential({
      resourceId,
      credentialOptions: {
        forceChangeAtNextLogin: true,
        options: { case: 'encryptedPassword', value: { encryptedPasswords } },
      },
    });
    assert.deepEqual(encryptedData, []);
    assert.deepEqual(asked.rotations[0]?.credential, {
      kind: 'encrypted-password',
      password: 'my öwn password',
      mustChange: true,
    });
    assert.ok(!log().includes('my öwn password'));
  },
);

testEachWay('types whose credentials cannot be replaced are UNIMPLEMENTED, and issuing always is', async (serve) => {
  const manager = (await serve(createChangingLibrary().connector)).connect(CredentialManagerService);
  const book = { resourceType: 'book', resource: 'b1' };
  const issue = { credentialOptions: {}, requestId: 'q' };
  for (const [call, text] of [
    [manager.rotateCredential({ resourceId: book }), 'resource type does not have credential manager configured'],
    [
      manager.issueCredential({ identityId: book, ...issue }),
      'resource type does not have credential issuer configured',
    ],
    [
      manager.issueCredential({ identityId: resourceId, ...issue }),
      'resource type does not have credential issuer configured',
    ],
  ] as const) {
    const error = await failureOf(call);
    assert.deepEqual([error.code, error.rawMessage], [Code.Unimplemented, text]);
  }
});

testEachWay('a request that lacks something is INVALID_ARGUMENT and told what', async (serve) => {
  const { connector, asked } = createChangingLibrary();
  const manager = (await serve(connector)).connect(CredentialManagerService);
  for (const [call, field] of [
    [manager.rotateCredential({}), /resource_id/],
    [manager.issueCredential({ requestId: 'q' }), /identity_id/],
    [manager.rotateCredential({ resourceId, credentialOptions: {} }), /has no option/],
    [
      manager.rotateCredential({
        resourceId,
        credentialOptions: { options: { case: 'noPassword', value: {} } },
      }),
      /requests no-password; this connector supports: random-password, encrypted-password$/,
    ],
  ] as const) {
    const error = await failureOf(call);
    assert.equal(error.code, Code.InvalidArgument, error.message);
    assert.match(error.rawMessage, field);
  }
  assert.deepEqual(asked.rotations, []);
});
