import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { Code } from '../../../../src/baton/author/service-error.ts';
import { stringField, stringSliceField } from '../../../../src/baton/config/create-field.ts';
import { encryptAgeFile } from '../../../../src/baton/credentials/age-encryption.ts';
import { sshEd25519Recipient } from '../../../../src/baton/credentials/age-ssh-ed25519.ts';
import { decryptConfig, readConfigValues } from '../../../../src/baton/lambda/config/read-config.ts';

const { privateKey: key } = generateKeyPairSync('ed25519');
const encrypt = (text: string, to = key) => encryptAgeFile(sshEd25519Recipient(createPublicKey(to)), Buffer.from(text));

test('a config is an object, encrypted for the key of the process', async () => {
  assert.deepEqual(await decryptConfig(await encrypt('{"api-token":"t"}'), key), { 'api-token': 't' });
});

test('an unusable config is refused without showing it', async () => {
  const other = generateKeyPairSync('ed25519').privateKey;
  const unusable: readonly (readonly [Uint8Array, string])[] = [
    [Buffer.from('secret'), 'cannot be decrypted with the key of this process'],
    [await encrypt('{}', other), 'cannot be decrypted with the key of this process'],
    [await encrypt('secret'), 'is not a JSON object'],
    [await encrypt('["secret"]'), 'is not a JSON object'],
    [await encrypt('null'), 'is not a JSON object'],
    [new Uint8Array(4 * 1024 * 1024 + 1), 'has more than 4194304 bytes'],
  ];
  for (const [encrypted, fault] of unusable) {
    await assert.rejects(decryptConfig(encrypted, key), {
      code: Code.FailedPrecondition,
      reason: 'unusable_hosted_config',
      rawMessage: `the config from ConductorOne ${fault}`,
    });
  }
});

test('values are taken by name in any case, whatever their kind; others are named', () => {
  const fields = [
    stringField({ name: 'api-token', description: 'A token' }),
    stringSliceField({ name: 'limited-courses', description: 'Courses' }),
    stringField({ name: 'retries', description: 'A number' }),
    stringField({ name: 'fast', description: 'Yes or no' }),
    stringField({ name: 'region', description: 'A region' }),
  ];
  const { values, unknown } = readConfigValues(
    { 'API-Token': 't', 'limited-courses': ['a', 2], retries: 3, fast: true, region: null, future: { a: 1 } },
    fields,
  );
  assert.deepEqual(
    Array.from(values, ([name, { text }]) => [name, text]),
    [
      ['api-token', 't'],
      ['limited-courses', ['a', '2']],
      ['retries', '3'],
      ['fast', 'true'],
    ],
  );
  assert.deepEqual(unknown, ['future']);
  assert.equal(values.get('api-token')?.place, 'config of ConductorOne, API-Token');
});

test('a value that is an object is not a value', () => {
  const fields = [stringSliceField({ name: 'limited-courses', description: 'Courses' })];
  for (const value of [{ a: 1 }, [['a']], [{ a: 1 }]]) {
    assert.equal(readConfigValues({ 'limited-courses': value }, fields).values.get('limited-courses')?.text, undefined);
  }
});
