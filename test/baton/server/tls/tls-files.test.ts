import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readTlsFiles, type TlsPaths } from '../../../../src/baton/server/tls/tls-files.ts';
import { mutualServer, tlsFixture, tlsFixturePath } from '../tls-fixture.ts';

const good: TlsPaths = {
  cert: tlsFixturePath('mutual-server-certificate'),
  key: tlsFixturePath('mutual-server-key'),
  clientCa: tlsFixturePath('mutual-authority'),
};

async function createFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tls-files-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

async function write(t: TestContext, name: string, text: string): Promise<string> {
  const path = join(await createFolder(t), name);
  await writeFile(path, text, { mode: 0o600 });
  return path;
}

async function faultsOf(paths: Partial<TlsPaths>): Promise<readonly string[]> {
  const files = await readTlsFiles({ ...good, ...paths });
  assert.ok('faults' in files);
  return files.faults;
}

test('files that belong together are read as they are', async () => {
  assert.deepEqual(await readTlsFiles(good), { material: mutualServer });
});

test('a key that every user of the machine can read is refused, one for a group is not', async (t) => {
  const path = await write(t, 'key.pem', mutualServer.key);
  await chmod(path, 0o644);
  assert.deepEqual(await faultsOf({ key: path }), [
    `the key ${path} is readable by every user of this machine: run chmod o-rwx on it`,
  ]);
  await chmod(path, 0o640);
  assert.ok('material' in (await readTlsFiles({ ...good, key: path })));
});

test('a chain of certificates is read, and a bundle of authorities', async (t) => {
  const chain = await write(t, 'chain.pem', `${mutualServer.cert}${tlsFixture('mutual-authority')}`);
  const bundle = await write(
    t,
    'bundle.pem',
    `${tlsFixture('mutual-authority')}${tlsFixture('certificate-authority')}`,
  );
  assert.ok('material' in (await readTlsFiles({ ...good, cert: chain, clientCa: bundle })));
});

test('all that cannot be read is told at once, with its path', async (t) => {
  const folder = await createFolder(t);
  const paths = { cert: join(folder, 'nowhere.pem'), key: folder, clientCa: join(folder, 'nowhere-too.pem') };
  assert.deepEqual([...(await faultsOf(paths))].sort(), [
    `cannot read the certificate ${paths.cert}: no such file`,
    `cannot read the certificate authority ${paths.clientCa}: no such file`,
    `cannot read the key ${paths.key}: it is a directory`,
  ]);
});

test('what is not PEM, or holds something else, is told', async (t) => {
  const text = await write(t, 'text.pem', 'hello');
  assert.deepEqual(await faultsOf({ cert: text }), [
    `the certificate ${text} contains no PEM certificate (-----BEGIN CERTIFICATE-----)`,
  ]);
  assert.deepEqual(await faultsOf({ clientCa: good.key }), [
    `the certificate authority ${good.key} contains no PEM certificate (-----BEGIN CERTIFICATE-----)`,
  ]);
  assert.deepEqual(await faultsOf({ key: good.cert }), [
    `the key ${good.cert} contains no PEM private key (-----BEGIN PRIVATE KEY-----)`,
  ]);
});

test('a damaged certificate is told', async (t) => {
  const damaged = await write(t, 'damaged.pem', mutualServer.cert.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA'));
  assert.deepEqual(await faultsOf({ cert: damaged }), [
    `the certificate ${damaged} contains a malformed PEM certificate`,
  ]);
  const bundle = await write(t, 'half.pem', mutualServer.clientCa + mutualServer.clientCa.replace(/\n.{20}/, '\nAAAA'));
  assert.deepEqual(await faultsOf({ clientCa: bundle }), [
    `the certificate authority ${bundle} contains a malformed PEM certificate`,
  ]);
});

test('a key of another certificate is told, and no key shows', async () => {
  const faults = await faultsOf({ key: tlsFixturePath('mutual-client-key') });
  assert.deepEqual(faults, [
    `the key ${tlsFixturePath('mutual-client-key')} does not belong to the certificate ${good.cert}`,
  ]);
});

test('a key with a passphrase is told', async (t) => {
  const { privateKey } = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const key = await write(t, 'encrypted.pem', privateKey);
  assert.deepEqual(await faultsOf({ key }), [`the key ${key} is encrypted with a passphrase; use an unencrypted key`]);
});
