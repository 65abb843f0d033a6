import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { captureError } from './capture-error.ts';
import { createTestClient, never, sendJson } from './start-server.ts';
import { authorityFile, startTlsServer } from './start-tls-server.ts';

const page = { max: 1, offset: 0 };

function writeTemporary(t: TestContext, content: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'certificates-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'authority.pem');
  writeFileSync(file, content);
  return file;
}

describe('certificate authorities', () => {
  for (const variable of ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS']) {
    it(`${variable}: its authorities are trusted`, async (t) => {
      const server = await startTlsServer(t, (_request, response) => sendJson(response, [{ id: 'a' }]));
      const client = createTestClient(t, server.url, { env: { [variable]: authorityFile } });
      assert.equal((await client.users.list(page, never)).items.length, 1);
    });

    it(`${variable}: a file that does not exist is told at once`, (t) => {
      const create = () => createTestClient(t, 'https://127.0.0.1', { env: { [variable]: '/does/not/exist.pem' } });
      assert.throws(create, new RegExp(`^Error: ${variable} names /does/not/exist.pem, which cannot be read: ENOENT$`));
    });

    it(`${variable}: a file without a certificate is told at once`, (t) => {
      const file = writeTemporary(t, 'nothing');
      const create = () => createTestClient(t, 'https://127.0.0.1', { env: { [variable]: file } });
      assert.throws(create, /which holds no certificate in PEM form$/);
    });

    it(`${variable}: a broken certificate is told at once`, (t) => {
      const file = writeTemporary(t, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
      const create = () => createTestClient(t, 'https://127.0.0.1', { env: { [variable]: file } });
      assert.throws(create, /which holds a broken certificate: /);
    });
  }

  it('a certificate of an authority that is not trusted is refused, once, with advice', async (t) => {
    const server = await startTlsServer(t, (_request, response) => sendJson(response, []));
    const error = await captureError(createTestClient(t, server.url).users.list(page, never));
    assert.equal(error.kind, 'network');
    assert.equal(error.attempts, 1);
    assert.equal(error.isUnprocessed, true);
    assert.match(
      error.message,
      /the certificate is not trusted \(.*\); if a proxy inspects TLS here, .* SSL_CERT_FILE or NODE_EXTRA_CA_CERTS names$/,
    );
    assert.equal(server.requests.length, 0);
  });

  it('a certificate for another host is refused', async (t) => {
    const server = await startTlsServer(t, (_request, response) => sendJson(response, []));
    const url = server.url.replace('127.0.0.1', '127.0.0.2');
    const client = createTestClient(t, url, { env: { SSL_CERT_FILE: authorityFile } });
    const error = await captureError(client.users.list(page, never));
    // Only where loopback is more than one address does a connection come about at all.
    if (!error.message.includes('ECONNREFUSED')) assert.match(error.message, /ERR_TLS_CERT_ALTNAME_INVALID/);
  });
});
