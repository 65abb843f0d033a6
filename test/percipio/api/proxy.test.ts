// Requests to Percipio through the proxies of the environment. Which hosts are reached through them: baton/net/proxy.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startProxy } from '../../baton/net/start-proxy.ts';
import { startSocksProxy } from '../../baton/net/start-socks-proxy.ts';
import { captureError } from './capture-error.ts';
import { createTestClient, never, sendJson, startCountingServer, startServer, token } from './start-server.ts';
import { startDistantServer } from './start-tls-server.ts';

const page = { max: 1, offset: 0 };
const host = 'percipio.test';

/** A URL of this machine, as that of a machine which only a proxy can lead to. */
const distant = (url: string) => url.replace('127.0.0.1', host);

describe('HTTPS_PROXY', () => {
  it('requests go through a tunnel, and TLS is with Percipio', async (t) => {
    const { url, trusted } = await startDistantServer(t, host, (_request, response) =>
      sendJson(response, [{ id: 'a' }]),
    );
    const proxy = await startProxy(t);
    const client = createTestClient(t, url, { env: { HTTPS_PROXY: proxy.url, SSL_CERT_FILE: trusted } });
    assert.equal((await client.users.list(page, never)).items.length, 1);
    assert.deepEqual(proxy.asked, [`CONNECT ${new URL(url).host}`]);
    assert.ok(!proxy.headers.join('\n').includes(token));
  });

  it('a certificate that is not trusted is refused in a tunnel as well', async (t) => {
    const { server, url } = await startDistantServer(t, host, (_request, response) => sendJson(response, []));
    const proxy = await startProxy(t);
    const error = await captureError(
      createTestClient(t, url, { env: { HTTPS_PROXY: proxy.url } }).users.list(page, never),
    );
    assert.match(
      error.message,
      /certificate is not trusted .*, through the proxy http:\S+ \(HTTPS_PROXY\); if a proxy/,
    );
    assert.equal(error.isTransient, false);
    assert.equal(server.requests.length, 0);
  });

  it('user name and password of its URL are given to the proxy alone', async (t) => {
    const { server, url, trusted } = await startDistantServer(t, host, (_request, response) => sendJson(response, []));
    const proxy = await startProxy(t);
    const env = { https_proxy: `user:p%40ss@${proxy.host}`, SSL_CERT_FILE: trusted };
    await createTestClient(t, url, { env }).users.list(page, never);
    assert.deepEqual(proxy.authorizations, [`Basic ${Buffer.from('user:p@ss').toString('base64')}`]);
    assert.equal(server.requests[0]?.headers['proxy-authorization'], undefined);
  });

  it('requests go through a SOCKS5 proxy', async (t) => {
    const { url, trusted } = await startDistantServer(t, host, (_request, response) => sendJson(response, []));
    const proxy = await startSocksProxy(t);
    const env = { HTTPS_PROXY: `socks5://${proxy.host}`, SSL_CERT_FILE: trusted };
    await createTestClient(t, url, { env }).users.list(page, never);
    assert.deepEqual(proxy.asked, [new URL(url).host]);
  });

  for (const [status, isTransient] of [
    [403, false],
    [407, false],
    [503, true],
  ] as const) {
    it(`a tunnel refused with ${status} is said to be that`, async (t) => {
      const proxy = await startProxy(t, { refuseWith: status });
      const env = { HTTPS_PROXY: proxy.url.replace('//', '//user:hidden@') };
      const client = createTestClient(t, 'https://percipio.invalid', { env });
      const error = await captureError(client.users.list(page, never));
      assert.equal(error.kind, 'network');
      assert.equal(error.isTransient, isTransient);
      assert.equal(error.isUnprocessed, true);
      const said = `could not connect: the proxy ${proxy.url} \\(HTTPS_PROXY\\) refused with status ${status}; `;
      assert.match(error.message, new RegExp(said));
      assert.ok(!error.message.includes('hidden'));
      assert.equal(proxy.asked.length, isTransient ? 4 : 1);
    });
  }

  it('a proxy that hangs up is tried again', async (t) => {
    const proxy = await startProxy(t, { refuseWith: 'hang up' });
    const client = createTestClient(t, 'https://percipio.invalid', { env: { HTTPS_PROXY: proxy.url } });
    const error = await captureError(client.users.list(page, never));
    assert.match(error.message, /\(HTTPS_PROXY\) closed the connection instead of opening a tunnel/);
    assert.equal(error.isUnprocessed, true);
    assert.equal(proxy.asked.length, 4);
  });

  it('a proxy that is down is named', async (t) => {
    const client = createTestClient(t, 'https://percipio.invalid', { env: { HTTPS_PROXY: 'http://127.0.0.1:1' } });
    const error = await captureError(client.users.list(page, never));
    assert.match(
      error.message,
      /could not connect: the proxy http:\/\/127\.0\.0\.1:1 \(HTTPS_PROXY\) cannot be reached: .* ECONNREFUSED/,
    );
    assert.equal(error.isUnprocessed, true);
  });

  it('a value that is not the URL of a proxy is a fault at once, which does not quote it', (t) => {
    const env = { HTTPS_PROXY: 'ftp://user:hidden@proxy' };
    assert.throws(
      () => createTestClient(t, 'https://percipio.invalid', { env }),
      (error: Error) => {
        assert.match(error.message, /^HTTPS_PROXY has the unsupported scheme ftp/);
        return !error.message.includes('hidden');
      },
    );
  });
});

describe('HTTP_PROXY', () => {
  it('gets requests for http in absolute form, with its user name and password', async (t) => {
    const server = await startServer(t, (_request, response) => sendJson(response, [{ id: 'a' }]));
    const proxy = await startProxy(t);
    const env = { HTTP_PROXY: proxy.url.replace('//', '//user:p%40ss@'), HTTPS_PROXY: 'http://127.0.0.1:1' };
    const client = createTestClient(t, distant(server.url), { env });
    assert.equal((await client.users.list(page, never)).items.length, 1);
    assert.ok(proxy.asked[0]?.startsWith(`GET ${distant(server.url)}/user-management/`), proxy.asked[0]);
    assert.deepEqual(proxy.authorizations, [`Basic ${Buffer.from('user:p@ss').toString('base64')}`]);
    assert.equal(server.requests[0]?.headers.host, `${host}:${server.port}`);
  });

  it('is not for https', async (t) => {
    const proxy = await startProxy(t);
    const client = createTestClient(t, 'https://percipio.invalid', { env: { HTTP_PROXY: proxy.url } });
    await captureError(client.users.list(page, never));
    assert.equal(proxy.asked.length, 0);
  });

  it('goes through a SOCKS5 proxy', async (t) => {
    const server = await startServer(t, (_request, response) => sendJson(response, []));
    const proxy = await startSocksProxy(t);
    const client = createTestClient(t, distant(server.url), { env: { HTTP_PROXY: `socks5://${proxy.host}` } });
    await client.users.list(page, never);
    assert.deepEqual(proxy.asked, [`${host}:${server.port}`]);
    assert.equal(server.requests.length, 1);
  });

  it('a proxy that wants a password is named', async (t) => {
    const proxy = await startProxy(t, { refuseWith: 407 });
    const client = createTestClient(t, `http://${host}`, { env: { HTTP_PROXY: proxy.url } });
    const error = await captureError(client.users.list(page, never));
    assert.match(error.message, /the proxy \S+ \(HTTP_PROXY\) refused with status 407; it requires a user name/);
    assert.equal(error.isUnprocessed, true);
    assert.equal(proxy.asked.length, 1);
  });

  it('the number of connections is bounded through a proxy as well', async (t) => {
    const server = await startCountingServer(t);
    const proxy = await startProxy(t);
    const env = { HTTP_PROXY: proxy.url };
    const client = createTestClient(t, distant(server.url), { env, maxConcurrentRequests: 2 });
    await Promise.all(Array.from({ length: 8 }, () => client.users.list(page, never)));
    assert.equal(server.mostAtOnce(), 2);
  });

  it('that of the process is not looked at where another environment is given', async (t) => {
    const before = process.env.HTTP_PROXY;
    process.env.HTTP_PROXY = 'http://127.0.0.1:1';
    t.after(() => {
      if (before === undefined) delete process.env.HTTP_PROXY;
      else process.env.HTTP_PROXY = before;
    });
    const proxy = await startProxy(t, { refuseWith: 407 });
    const client = createTestClient(t, `http://${host}`, { env: { HTTP_PROXY: proxy.url } });
    await captureError(client.users.list(page, never));
    assert.equal(proxy.asked.length, 1);
  });
});
