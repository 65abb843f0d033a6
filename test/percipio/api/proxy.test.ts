import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startProxy } from '../../baton/net/start-proxy.ts';
import { captureError } from './capture-error.ts';
import { createTestClient, never, sendJson, startServer, token } from './start-server.ts';
import { authorityFile, startTlsServer } from './start-tls-server.ts';

const page = { max: 1, offset: 0 };

describe('proxies of the environment', () => {
  it('HTTPS_PROXY: requests go through a tunnel, and TLS is with Percipio', async (t) => {
    const server = await startTlsServer(t, (_request, response) => sendJson(response, [{ id: 'a' }]));
    const proxy = await startProxy(t);
    const env = { HTTPS_PROXY: proxy.url, SSL_CERT_FILE: authorityFile };
    const client = createTestClient(t, server.url, { env });
    assert.equal((await client.users.list(page, never)).items.length, 1);
    assert.deepEqual(proxy.asked, [`CONNECT 127.0.0.1:${server.port}`]);
    assert.ok(!proxy.headers.join('\n').includes(token));
  });

  it('HTTPS_PROXY: a certificate that is not trusted is refused in a tunnel as well', async (t) => {
    const server = await startTlsServer(t, (_request, response) => sendJson(response, []));
    const proxy = await startProxy(t);
    const client = createTestClient(t, server.url, { env: { HTTPS_PROXY: proxy.url } });
    const error = await captureError(client.users.list(page, never));
    assert.match(error.message, /certificate is not trusted/);
    assert.equal(server.requests.length, 0);
  });

  it('HTTPS_PROXY: user name and password of its URL are given to the proxy alone', async (t) => {
    const server = await startTlsServer(t, (_request, response) => sendJson(response, []));
    const proxy = await startProxy(t);
    const env = { https_proxy: proxy.url.replace('//', '//user:p%40ss@'), SSL_CERT_FILE: authorityFile };
    await createTestClient(t, server.url, { env }).users.list(page, never);
    assert.deepEqual(proxy.authorizations, [`Basic ${Buffer.from('user:p@ss').toString('base64')}`]);
    assert.equal(server.requests[0]?.headers['proxy-authorization'], undefined);
  });

  it('HTTPS_PROXY: a host and a port without a scheme are taken for an http proxy', async (t) => {
    const server = await startTlsServer(t, (_request, response) => sendJson(response, []));
    const proxy = await startProxy(t);
    const env = { HTTPS_PROXY: proxy.url.replace('http://', ''), SSL_CERT_FILE: authorityFile };
    await createTestClient(t, server.url, { env }).users.list(page, never);
    assert.equal(proxy.asked.length, 1);
  });

  for (const [status, isTransient] of [
    [403, false],
    [407, false],
    [503, true],
  ] as const) {
    it(`HTTPS_PROXY: a tunnel refused with ${status} is told as that`, async (t) => {
      const proxy = await startProxy(t, { refuseWith: status });
      const env = { HTTPS_PROXY: proxy.url.replace('//', '//user:hidden@') };
      const client = createTestClient(t, 'https://percipio.invalid', { env });
      const error = await captureError(client.users.list(page, never));
      assert.equal(error.kind, 'network');
      assert.equal(error.isTransient, isTransient);
      assert.equal(error.isUnprocessed, true);
      assert.match(error.message, new RegExp(`the proxy refused with status ${status}; `));
      assert.ok(!error.message.includes('hidden'));
      assert.equal(proxy.asked.length, isTransient ? 4 : 1);
    });
  }

  it('HTTPS_PROXY: a proxy that hangs up is told as that, after having tried', async (t) => {
    const proxy = await startProxy(t, { refuseWith: 'hang up' });
    const client = createTestClient(t, 'https://percipio.invalid', { env: { HTTPS_PROXY: proxy.url } });
    const error = await captureError(client.users.list(page, never));
    assert.match(error.message, /the proxy ended the connection instead of making a tunnel/);
    assert.equal(error.isUnprocessed, true);
    assert.equal(proxy.asked.length, 4);
  });

  it('HTTPS_PROXY: a proxy that is down is told as that', async (t) => {
    const client = createTestClient(t, 'https://percipio.invalid', { env: { HTTPS_PROXY: 'http://127.0.0.1:1' } });
    const error = await captureError(client.users.list(page, never));
    assert.match(error.message, /ECONNREFUSED/);
    assert.equal(error.isUnprocessed, true);
  });

  it('HTTP_PROXY: is for http alone', async (t) => {
    const plain = await startServer(t, (_request, response) => sendJson(response, []));
    const secure = await startTlsServer(t, (_request, response) => sendJson(response, []));
    const proxy = await startProxy(t);
    const env = { HTTP_PROXY: proxy.url, SSL_CERT_FILE: authorityFile };
    await createTestClient(t, secure.url, { env }).users.list(page, never);
    assert.equal(proxy.asked.length, 0);
    await createTestClient(t, plain.url, { env }).users.list(page, never);
    assert.equal(proxy.asked.length, 1);
    assert.ok(proxy.asked[0]?.startsWith(`GET ${plain.url}/user-management/`));
  });

  it('HTTP_PROXY: the number of connections is bounded through a proxy as well', async (t) => {
    let open = 0;
    let most = 0;
    const server = await startServer(t, (_request, response) => {
      open += 1;
      most = Math.max(most, open);
      setTimeout(() => {
        open -= 1;
        sendJson(response, []);
      }, 5);
    });
    const proxy = await startProxy(t);
    const client = createTestClient(t, server.url, { env: { HTTP_PROXY: proxy.url }, maxConcurrentRequests: 2 });
    await Promise.all(Array.from({ length: 8 }, () => client.users.list(page, never)));
    assert.equal(most, 2);
  });

  for (const noProxy of ['127.0.0.1', 'example.com, 127.0.0.1', '*', '127.0.0.1:{port}']) {
    it(`NO_PROXY: ${noProxy} keeps requests off the proxy`, async (t) => {
      const server = await startServer(t, (_request, response) => sendJson(response, []));
      const proxy = await startProxy(t);
      const env = { HTTP_PROXY: proxy.url, NO_PROXY: noProxy.replace('{port}', String(server.port)) };
      await createTestClient(t, server.url, { env }).users.list(page, never);
      assert.equal(server.requests.length, 1);
      assert.equal(proxy.asked.length, 0);
    });
  }

  for (const [variable, start] of [
    ['HTTP_PROXY', startServer],
    ['HTTPS_PROXY', startTlsServer],
  ] as const) {
    it(`${variable}: that of the process is not looked at where another environment is given`, async (t) => {
      const server = await start(t, (_request, response) => sendJson(response, []));
      const before = process.env[variable];
      process.env[variable] = 'http://127.0.0.1:1';
      t.after(() => {
        if (before === undefined) delete process.env[variable];
        else process.env[variable] = before;
      });
      const client = createTestClient(t, server.url, { env: { SSL_CERT_FILE: authorityFile } });
      assert.deepEqual((await client.users.list(page, never)).items, []);
    });
  }

  it('a variable that is no URL of a proxy is refused at once, and not quoted', (t) => {
    const create = (HTTPS_PROXY: string) => createTestClient(t, 'https://percipio.invalid', { env: { HTTPS_PROXY } });
    assert.throws(
      () => create('ftp://user:hidden@proxy'),
      (error: Error) => {
        assert.match(error.message, /^HTTPS_PROXY is not the URL of a proxy/);
        return !error.message.includes('hidden');
      },
    );
  });
});
