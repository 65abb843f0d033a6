// Connections, direct and through proxies, and what is said when they do not come about.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { createServer, TLSSocket } from 'node:tls';
import { inspect } from 'node:util';
import { ConnectionError } from '../../../src/baton/net/connection-error.ts';
import { openSocket, type SocketOptions } from '../../../src/baton/net/open-socket.ts';
import { findRoute } from '../../../src/baton/net/route.ts';
import { createCertificate } from '../../../src/simulator/conductorone/certificate.ts';
import { startProxy } from './start-proxy.ts';
import { startSocksProxy } from './start-socks-proxy.ts';

const certificate = createCertificate(['c1.test', 'proxy.test']);

async function listen(t: TestContext, server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

/** A server that speaks TLS, and greets. */
async function startGreeter(t: TestContext): Promise<number> {
  return listen(
    t,
    createServer({ ...certificate, ALPNProtocols: ['http/1.1', 'h2'] }, (socket) => socket.write('hello')),
  );
}

/** Trust in the certificate of this file. */
function trusting(t: TestContext): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'open-socket-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'certificate.pem'), certificate.cert);
  return { SSL_CERT_FILE: join(folder, 'certificate.pem') };
}

async function open(t: TestContext, url: string, env: Record<string, string>, options?: Partial<SocketOptions>) {
  const socket = await openSocket(findRoute(new URL(url), env), { timeoutMs: 30_000, ...options });
  t.after(() => socket.destroy());
  return socket;
}

async function failureOf(t: TestContext, url: string, env: Record<string, string>, options?: Partial<SocketOptions>) {
  const error = await open(t, url, env, options).then(
    () => assert.fail('it connected'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ConnectionError);
  assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /hunter2/);
  const { message, isTransient, isTimeout } = error;
  return { message, isTransient, isTimeout };
}

/** A port at which nothing listens. */
async function closedPort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('a connection', () => {
  it('is made directly, with the protocol that is asked for, whatever the server prefers', async (t) => {
    const port = await startGreeter(t);
    for (const protocol of ['h2', 'http/1.1'] as const) {
      const socket = await open(t, `https://127.0.0.1:${port}`, trusting(t), { protocol });
      assert.ok(socket instanceof TLSSocket);
      assert.equal(socket.alpnProtocol, protocol);
      assert.equal(String(await once(socket, 'data')), 'hello');
    }
  });

  it('goes through an HTTP proxy, which gets user and password', async (t) => {
    const port = await startGreeter(t);
    const proxy = await startProxy(t);
    const env = { ...trusting(t), HTTPS_PROXY: `http://ann:p%40ss@${proxy.host}` };
    const socket = await open(t, `https://c1.test:${port}`, env);
    assert.equal(String(await once(socket, 'data')), 'hello');
    assert.deepEqual(proxy.asked, [`CONNECT c1.test:${port}`]);
    assert.deepEqual(proxy.authorizations, [`Basic ${Buffer.from('ann:p@ss').toString('base64')}`]);
  });

  it('goes through an HTTP proxy that speaks TLS itself', async (t) => {
    const port = await startGreeter(t);
    const proxy = await startProxy(t, { certificate });
    const socket = await open(t, `https://c1.test:${port}`, { ...trusting(t), HTTPS_PROXY: proxy.url });
    assert.equal(String(await once(socket, 'data')), 'hello');
    assert.deepEqual(proxy.asked, [`CONNECT c1.test:${port}`]);
  });

  for (const credentials of [undefined, 'ann:p@ss']) {
    it(`goes through a SOCKS5 proxy that ${credentials ? 'wants a password' : 'takes everybody'}`, async (t) => {
      const port = await startGreeter(t);
      const proxy = await startSocksProxy(t, { credentials });
      const env = { ...trusting(t), HTTPS_PROXY: `socks5h://ann:p%40ss@${proxy.host}` };
      const socket = await open(t, `https://c1.test:${port}`, env);
      assert.equal(String(await once(socket, 'data')), 'hello');
      assert.deepEqual(proxy.asked, [`c1.test:${port}`]);
    });
  }

  // The limit is for the SOCKS library, which gives up by itself after 30 seconds.
  it('ends with its signal, at any time', { timeout: 20_000 }, async (t) => {
    const silent = await listen(t, createTcpServer());
    const silentProxy = await startProxy(t, { refuseWith: 'be silent' });
    for (const env of [
      {},
      { HTTPS_PROXY: silentProxy.url },
      { HTTPS_PROXY: `https://127.0.0.1:${silent}` },
      { HTTPS_PROXY: `socks5://127.0.0.1:${silent}` },
    ]) {
      const stop = new AbortController();
      const url = 'HTTPS_PROXY' in env ? 'https://c1.test' : `https://127.0.0.1:${silent}`;
      const opening = open(t, url, env, { signal: stop.signal });
      setTimeout(() => stop.abort(new Error('enough')), 10);
      await assert.rejects(opening, /^Error: enough$/);
    }
  });
});

describe('a connection that does not come about', () => {
  it('names the server at which nothing listens', async (t) => {
    const port = await closedPort();
    assert.deepEqual(await failureOf(t, `https://127.0.0.1:${port}`, {}), {
      message: `cannot connect to 127.0.0.1:${port}: nothing is listening at that address (connect ECONNREFUSED 127.0.0.1:${port})`,
      isTransient: true,
      isTimeout: false,
    });
  });

  it('names the server that does not speak TLS, and the one that is silent', async (t) => {
    const plain = await listen(
      t,
      createTcpServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    );
    const spoken = await failureOf(t, `https://127.0.0.1:${plain}`, {});
    assert.match(spoken.message, /^cannot connect to \S+: the server there does not use TLS \(/);
    const silent = await listen(t, createTcpServer());
    const { message, isTransient, isTimeout } = await failureOf(t, `https://127.0.0.1:${silent}`, {}, { timeoutMs: 1 });
    assert.match(
      message,
      /the connection timed out; a firewall may be dropping it, or a proxy may be needed \(HTTPS_PROXY\)/,
    );
    assert.deepEqual([isTransient, isTimeout], [true, true]);
  });

  it('says which certificate is not trusted, and what to do', async (t) => {
    const port = await startGreeter(t);
    const advice =
      'if a proxy inspects TLS here, put its certificate authority into a PEM file and set SSL_CERT_FILE or NODE_EXTRA_CA_CERTS to its path';
    const { message, isTransient } = await failureOf(t, `https://127.0.0.1:${port}`, {});
    const untrusted = 'the certificate is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT: self-signed certificate)';
    assert.equal(message, `cannot connect to 127.0.0.1:${port}: ${untrusted}; ${advice}`);
    assert.equal(isTransient, false);
    const other = await failureOf(t, `https://localhost:${port}`, trusting(t));
    assert.match(other.message, /is not trusted \(ERR_TLS_CERT_ALTNAME_INVALID: .*altnames/);

    const proxy = await startProxy(t);
    const through = await failureOf(t, `https://c1.test:${port}`, { HTTPS_PROXY: proxy.url });
    assert.equal(
      through.message,
      `cannot connect to c1.test:${port}: ${untrusted}, through the proxy ${proxy.url} (HTTPS_PROXY); ${advice}`,
    );
    const secureProxy = await startProxy(t, { certificate });
    const ofProxy = await failureOf(t, `https://c1.test:${port}`, { https_proxy: secureProxy.url });
    assert.match(
      ofProxy.message,
      /: the certificate of the proxy https:\/\/127\.0\.0\.1:\d+ \(https_proxy\) is not trusted \(DEPTH_ZERO/,
    );
    assert.equal(ofProxy.isTransient, false);
  });

  for (const scheme of ['http', 'https', 'socks5']) {
    it(`names the ${scheme} proxy at which nothing listens`, async (t) => {
      const host = `127.0.0.1:${await closedPort()}`;
      const { message, isTransient } = await failureOf(t, 'https://c1.test', {
        HTTPS_PROXY: `${scheme}://ann:hunter2@${host}`,
      });
      assert.equal(
        message,
        `cannot connect to c1.test:443: the proxy ${scheme}://${host} (HTTPS_PROXY) cannot be reached: nothing is listening at that address (connect ECONNREFUSED ${host})`,
      );
      assert.equal(isTransient, true);
    });
  }

  for (const [refuseWith, advice, isTransient] of [
    [403, 'check which hosts it allows', false],
    [407, 'it rejected the user name and password', false],
    [429, 'check which hosts it allows', true],
    [502, 'check which hosts it allows', true],
  ] as const) {
    it(`says that the proxy refused with ${refuseWith}`, async (t) => {
      const proxy = await startProxy(t, { refuseWith });
      assert.deepEqual(await failureOf(t, 'https://c1.test', { HTTPS_PROXY: `http://ann:hunter2@${proxy.host}` }), {
        message: `cannot connect to c1.test:443: the proxy ${proxy.url} (HTTPS_PROXY) refused with status ${refuseWith}; ${advice}`,
        isTransient,
        isTimeout: false,
      });
    });
  }

  it('says that the proxy wants a user name and a password', async (t) => {
    const proxy = await startProxy(t, { refuseWith: 407 });
    const { message } = await failureOf(t, 'https://c1.test', { HTTPS_PROXY: proxy.url });
    assert.match(
      message,
      new RegExp(`refused with status 407; it requires a user name and password: http://user:password@${proxy.host}$`),
    );
  });

  it('says that the proxy hung up, or is silent', async (t) => {
    const rude = await startProxy(t, { refuseWith: 'hang up' });
    const { message, isTransient } = await failureOf(t, 'https://c1.test', { HTTPS_PROXY: rude.url });
    assert.match(
      message,
      new RegExp(`the proxy ${rude.url} \\(HTTPS_PROXY\\) closed the connection instead of opening a tunnel \\(`),
    );
    assert.equal(isTransient, true);
    const silent = await startProxy(t, { refuseWith: 'be silent' });
    const late = await failureOf(t, 'https://c1.test', { HTTPS_PROXY: silent.url }, { timeoutMs: 100 });
    assert.match(
      late.message,
      new RegExp(`the proxy ${silent.url} \\(HTTPS_PROXY\\) did not respond \\(not within 100 ms\\)`),
    );
    assert.equal(late.isTimeout, true);
  });

  it('says what a SOCKS5 proxy refused', async (t) => {
    const strict = await startSocksProxy(t, { credentials: 'ann:other' });
    for (const [user, advice, isTransient] of [
      ['', /refused with ".*"; it requires a user name and password: socks5:\/\/user:password@127/, false],
      ['ann:hunter2@', /refused with "Socks5 Authentication failed"; it rejected the user name and password$/, false],
    ] as const) {
      const failure = await failureOf(t, 'https://c1.test', { HTTPS_PROXY: `socks5://${user}${strict.host}` });
      assert.match(failure.message, advice);
      assert.equal(failure.isTransient, isTransient);
    }
    const closed = await startSocksProxy(t, { refuseWith: 2 });
    const failure = await failureOf(t, 'https://c1.test', { HTTPS_PROXY: `socks5://${closed.host}` });
    assert.match(failure.message, /the proxy socks5:\S+ \(HTTPS_PROXY\) refused with ".*NotAllowed"$/);
  });

  it('says that what is called an HTTP proxy is another server', async (t) => {
    const other = await listen(
      t,
      createTcpServer((socket) => socket.end('220 mail.test ESMTP\r\n')),
    );
    const failure = await failureOf(t, 'https://c1.test', { HTTPS_PROXY: `127.0.0.1:${other}` });
    assert.match(failure.message, /the proxy http:\S+ \(HTTPS_PROXY\) is not an HTTP proxy \(/);
  });

  it('says that what is called a SOCKS5 proxy is another server', async (t) => {
    const other = await listen(
      t,
      createTcpServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    );
    const failure = await failureOf(t, 'https://c1.test', { HTTPS_PROXY: `socks5://127.0.0.1:${other}` });
    assert.match(failure.message, /refused with ".*invalid socks version\)"$/);
  });
});
