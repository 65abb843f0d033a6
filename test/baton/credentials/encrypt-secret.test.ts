import assert from 'node:assert/strict';
import { constants, createHash, generateKeyPairSync, type KeyObject, privateDecrypt } from 'node:crypto';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import {
  Decrypter,
  generateHybridIdentity,
  generateX25519Identity,
  type Identity,
  identityToRecipient,
} from 'age-encryption';
import { compactDecrypt } from 'jose/jwe/compact/decrypt';
import { type EncryptedData, EncryptionConfigSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../../../src/baton/author/service-error.ts';
import { encryptSecret } from '../../../src/baton/credentials/encrypt-secret.ts';
import { decryptForEd25519 } from '../../../src/baton/credentials/jwk-encryption.ts';
import { jwkThumbprint } from '../../../src/baton/credentials/jwk-thumbprint.ts';
import { configFor, configForAge, configOf } from './config-for.ts';

const text = 'a sécret';
const secret = { name: 'password', description: 'Of a reader', bytes: Buffer.from(text) };

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ed25519 = generateKeyPairSync('ed25519');

/** Opens files for an RSA key without code of the runtime, by the specification of the stanza. */
function rsaIdentity(privateKey: KeyObject): Identity {
  return {
    unwrapFileKey: (stanzas) => {
      const stanza = stanzas.find(({ args }) => args[0] === 'ssh-rsa');
      const padding = constants.RSA_PKCS1_OAEP_PADDING;
      const oaepLabel = Buffer.from('age-encryption.org/v1/ssh-rsa');
      const wrapped = stanza?.body ?? new Uint8Array();
      return new Uint8Array(privateDecrypt({ key: privateKey, padding, oaepHash: 'sha256', oaepLabel }, wrapped));
    },
  };
}

async function openAge(identity: string | Identity, file: Uint8Array): Promise<string> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  return await decrypter.decrypt(file, 'text');
}

/** The bytes of the scheme baton/jwk/v1. */
const unwrapBase64 = ({ encryptedBytes }: EncryptedData) =>
  Buffer.from(Buffer.from(encryptedBytes).toString(), 'base64');

test('a secret for an Ed25519 key is an age file in base64, named by the key’s thumbprint', async () => {
  const [data] = await encryptSecret(secret, [configFor(ed25519.publicKey)]);
  assert.ok(data);
  const { provider, keyId, keyIds, name, description, schema } = data;
  const thumbprint = await jwkThumbprint(ed25519.publicKey);
  assert.deepEqual(
    [provider, keyId, keyIds, name, description, schema],
    ['baton/jwk/v1', thumbprint, [thumbprint], 'password', 'Of a reader', ''],
  );
  assert.match(unwrapBase64(data).toString('latin1'), /^age-encryption\.org\/v1\n-> ssh-ed25519 /);
  assert.equal(Buffer.from(await decryptForEd25519(data.encryptedBytes, ed25519.privateKey)).toString(), text);
});

test('a secret for an RSA key is an age file in base64', async () => {
  const [data] = await encryptSecret(secret, [configFor(rsa.publicKey)]);
  assert.deepEqual(data?.keyIds, [await jwkThumbprint(rsa.publicKey)]);
  assert.equal(await openAge(rsaIdentity(rsa.privateKey), data ? unwrapBase64(data) : new Uint8Array()), text);
});

for (const namedCurve of ['P-256', 'P-384', 'P-521']) {
  test(`a secret for a key on ${namedCurve} is a JWE in base64`, async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve });
    const [data] = await encryptSecret(secret, [configFor(publicKey)]);
    const { plaintext, protectedHeader } = await compactDecrypt(data ? unwrapBase64(data) : '', privateKey);
    assert.equal(Buffer.from(plaintext).toString(), text);
    assert.deepEqual([protectedHeader.alg, protectedHeader.enc], ['ECDH-ES', 'A256GCM']);
    assert.deepEqual(data?.keyIds, [await jwkThumbprint(publicKey)]);
  });
}

for (const [kind, generate] of [
  ['X25519', generateX25519Identity],
  ['post-quantum', generateHybridIdentity],
] as const) {
  test(`a secret for a ${kind} recipient of age is a bare age file, named by the recipient’s hash`, async () => {
    const identity = await generate();
    const recipient = await identityToRecipient(identity);
    const [data] = await encryptSecret(secret, [configForAge(recipient)]);
    const hash = createHash('sha256').update(recipient).digest('hex');
    assert.deepEqual([data?.provider, data?.keyId, data?.keyIds], ['baton/age/v1', '', [hash]]);
    assert.equal(await openAge(identity, data?.encryptedBytes ?? new Uint8Array()), text);
  });
}

test('a secret is encrypted once for each config, in their order, and never twice alike', async () => {
  const config = configFor(ed25519.publicKey);
  const encrypted = await encryptSecret(secret, [config, configFor(rsa.publicKey), config]);
  assert.deepEqual(
    encrypted.map(({ keyIds }) => keyIds[0]),
    await Promise.all([ed25519, rsa, ed25519].map(({ publicKey }) => jwkThumbprint(publicKey))),
  );
  assert.notDeepEqual(encrypted[0]?.encryptedBytes, encrypted[2]?.encryptedBytes);
  assert.deepEqual(await encryptSecret(secret, []), []);
});

test('a provider is named in any case of letters, and its private name means the same', async () => {
  for (const provider of ['baton/jwk/v1', ' Baton/JWK/v1 ', 'baton/jwk/v1/private']) {
    const [data] = await encryptSecret(secret, [configFor(ed25519.publicKey, provider)]);
    assert.equal(data?.provider, 'baton/jwk/v1', provider);
  }
  const recipient = await identityToRecipient(await generateX25519Identity());
  const [data] = await encryptSecret(secret, [configForAge(recipient, 'BATON/AGE/V1')]);
  assert.equal(data?.provider, 'baton/age/v1');
});

test('of a private key the public half is taken', async () => {
  const [data] = await encryptSecret(secret, [configFor(ed25519.privateKey)]);
  assert.deepEqual(data?.keyIds, [await jwkThumbprint(ed25519.publicKey)]);
});

const ageIdentity = await generateX25519Identity();
const ageRecipient = await identityToRecipient(ageIdentity);
const jwkOf = (key: KeyObject) => key.export({ format: 'jwk' });
const { x = '' } = jwkOf(ed25519.publicKey);
/** A point on which Diffie-Hellman gives zero, whoever asks. */
const zero = Buffer.alloc(32).toString('base64url');
const one = Buffer.from([1, ...new Uint8Array(31)]).toString('base64url');

for (const [what, config, fault] of [
  ['nothing', create(EncryptionConfigSchema), /neither a provider nor a key/],
  [
    'an unknown provider',
    configFor(ed25519.publicKey, 'acme/v1'),
    /has the unknown provider "acme\/v1"; valid providers/,
  ],
  [
    'a name that all objects have',
    configFor(ed25519.publicKey, 'constructor'),
    /has the unknown provider "constructor"/,
  ],
  ['a provider without its kind of key', configForAge(ageRecipient, 'baton/jwk/v1'), /lacks jwk_public_key_config/],
  ['the other without its kind of key', configFor(ed25519.publicKey, 'baton/age/v1'), /lacks age_recipient_config/],
  ['no JSON', configOf('not json'), /pub_key is not a JSON Web Key/],
  ['no object', configOf('null'), /pub_key is not a JSON Web Key/],
  ['bytes that are no text', configOf(Buffer.from('{"kty":"\xff"}', 'latin1')), /pub_key is not a JSON Web Key/],
  ['a secret key', configOf({ kty: 'oct', k: 'AAAA' }), /must be an Ed25519, RSA,/],
  ['an unknown kind of key', configOf({ kty: 'constructor' }), /must be an Ed25519, RSA,/],
  ['a key for signing in other ways', configFor(generateKeyPairSync('ed448').publicKey), /must be an Ed25519, RSA,/],
  ['a key for agreement', configFor(generateKeyPairSync('x25519').publicKey), /must be an Ed25519, RSA,/],
  [
    'another curve',
    configFor(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey),
    /must be an Ed25519, RSA,/,
  ],
  ['a small RSA key', configFor(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey), /RSA key of 1024 bits/],
  ['half a key', configOf({ kty: 'EC', crv: 'P-256', x }), /pub_key is malformed/],
  ['a point off its curve', configOf({ kty: 'EC', crv: 'P-256', x, y: x }), /pub_key is malformed/],
  ['a key that is too short', configOf({ kty: 'OKP', crv: 'Ed25519', x: x.slice(4) }), /pub_key is malformed/],
  ['the neutral point', configOf({ kty: 'OKP', crv: 'Ed25519', x: one }), /has an unusable key/],
  ['a point of small order', configOf({ kty: 'OKP', crv: 'Ed25519', x: zero }), /has an unusable key/],
  ['no recipient', configForAge(''), /must be one recipient/],
  ['white space', configForAge(`${ageRecipient} `), /must be one recipient/],
  ['two recipients', configForAge(`${ageRecipient}\n${ageRecipient}`), /must be one recipient/],
  ['a comment', configForAge('# nobody'), /must be one recipient/],
  ['an identity', configForAge(ageIdentity), /must be one recipient/],
  ['a key of SSH', configForAge('ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA=='), /must be one recipient/],
  ['a recipient with a tag', configForAge(`age1tag1${'q'.repeat(40)}`), /must be one recipient|has an unusable key/],
  [
    'a recipient with a slip',
    configForAge(ageRecipient.replace(/.$/, (c) => (c === 'q' ? 'p' : 'q'))),
    /has an unusable key/,
  ],
] as const) {
  test(`a config with ${what} is refused, and its key is not shown`, async () => {
    await assert.rejects(encryptSecret(secret, [configFor(rsa.publicKey), config]), (error: unknown) => {
      assert.ok(error instanceof ServiceError);
      assert.deepEqual([error.code, error.reason], [Code.InvalidArgument, 'invalid_encryption_config']);
      assert.match(error.rawMessage, /^encryption_configs\[1\]: /);
      assert.match(error.rawMessage, fault);
      for (const shown of [ageIdentity, ageRecipient, x, text]) assert.ok(!error.rawMessage.includes(shown));
      return true;
    });
  });
}
