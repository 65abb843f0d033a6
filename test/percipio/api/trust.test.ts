import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { captureError } from './capture-error.ts';
import { createTestClient, never, sendJson } from './start-server.ts';
import { authorityFile, startTlsServer } from './start-tls-server.ts';

const page = { max: 1, offset: 0 };

describe('certificate authorities', () => {
  for (const variable of ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS']) {
    it(`${variable}: its authorities are trusted`, async (t) => {
      const server = await startTlsServer(t, (_request, response) => sendJson(response, [{ id: 'a' }]));
      const client = createTestClient(t, server.url, { env: { [variable]: authorityFile } });
      assert.equal((await client.users.list(page, never)).items.length, 1);
    });

    it(`${variable}: a file that cannot be used is a fault at once`, (t) => {
      const create = () => createTestClient(t, 'https://127.0.0.1', { env: { [variable]: '/does/not/exist.pem' } });
      assert.throws(create, {
        message: `${variable} names /does/not/exist.pem, which cannot be read: ENOENT`,
      });
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
      /could not connect: the certificate is not trusted \(.*\); if a proxy inspects TLS here, .* SSL_CERT_FILE or NODE_EXTRA_CA_CERTS to its path$/,
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
