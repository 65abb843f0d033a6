import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Readable } from 'node:stream';
import { describe, it, type TestContext } from 'node:test';
import { ConnectionError } from '../../../src/baton/net/connection-error.ts';
import {
  createHttpSender,
  type HttpRequest,
  type HttpSenderOptions,
  readText,
} from '../../../src/baton/net/http-sender.ts';
import { findRoute } from '../../../src/baton/net/route.ts';

const get: HttpRequest = { method: 'GET', path: '/a?b=c', headers: {}, signal: new AbortController().signal };

async function startServer(t: TestContext, answer: RequestListener, options: Partial<HttpSenderOptions> = {}) {
  const requests: IncomingMessage[] = [];
  const sockets: Socket[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  server.on('connection', (socket) => sockets.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const sender = createHttpSender(findRoute(url, {}), { connectionsMax: 2, connectTimeoutMs: 10_000, ...options });
  t.after(() => sender.destroy());
  return { requests, sockets, sender };
}

describe('an HTTP sender', () => {
  it('sends what it is given, and answers whatever came back', async (t) => {
    const { requests, sender } = await startServer(t, async (request, response) => {
      const chunks = await request.toArray();
      response.writeHead(418, 'Teapot', { 'x-list': ['1', '2'], location: '/elsewhere' }).end(`got ${chunks.join('')}`);
    });
    const { status, statusText, headers, body } = await sender.request({
      ...get,
      method: 'POST',
      headers: { 'x-own': 'yes' },
      body: 'text',
    });
    assert.deepEqual([status, statusText, headers['x-list']], [418, 'Teapot', ['1', '2']]);
    assert.equal(await readText(body, 100), 'got text');
    const [request] = requests;
    assert.deepEqual([request?.method, request?.url, request?.headers['x-own']], ['POST', '/a?b=c', 'yes']);
  });

  it('keeps connections open for further requests, and opens no more than it may', async (t) => {
    const { requests, sockets, sender } = await startServer(t, (_request, response) => void response.end('x'));
    for (let i = 0; i < 3; i++) await readText((await sender.request(get)).body, 1);
    await Promise.all(Array.from({ length: 6 }, async () => readText((await sender.request(get)).body, 1)));
    assert.deepEqual([requests.length, sockets.length], [9, 2]);
  });

  it('does not trust connections that were idle while the process stood still', async (t) => {
    let nowMs = 1_000_000;
    const answer: RequestListener = (_request, response) => void response.end('x');
    const { sockets, sender } = await startServer(t, answer, { connectionsMax: 1, now: () => nowMs });
    const send = async () => readText((await sender.request(get)).body, 1);
    await send();
    nowMs += 9000;
    await send();
    assert.equal(sockets.length, 1);
    nowMs += 60_000;
    await send();
    assert.equal(sockets.length, 2);
    // A clock may also have been set back.
    nowMs -= 3_600_000;
    await send();
    assert.equal(sockets.length, 3);
  });

  it('ends a request, with its connection, when its signal aborts', async (t) => {
    const stop = new AbortController();
    const { sockets, sender } = await startServer(t, () => stop.abort(new Error('enough')));
    await assert.rejects(sender.request({ ...get, signal: stop.signal }), /enough/);
    const [socket] = sockets;
    if (socket && !socket.closed) await once(socket, 'close');
  });

  it('ends a body of which nothing comes any more', async (t) => {
    const { sender } = await startServer(t, (_request, response) => void response.write('a'));
    const { body } = await sender.request({ ...get, bodyTimeoutMs: 1 });
    await assert.rejects(readText(body, 100), { code: 'UND_ERR_BODY_TIMEOUT' });
  });

  it('ends what is under way when it is destroyed, and refuses what comes later', async (t) => {
    const asked = Promise.withResolvers<void>();
    const { sender } = await startServer(t, () => asked.resolve());
    const request = sender.request(get);
    request.catch(() => {});
    await asked.promise;
    await sender.destroy();
    await assert.rejects(request, { code: 'UND_ERR_DESTROYED' });
    await assert.rejects(sender.request(get), { code: 'UND_ERR_DESTROYED' });
  });

  it('refuses requests when it was destroyed before the first one', async (t) => {
    const { requests, sender } = await startServer(t, (_request, response) => void response.end());
    await sender.destroy();
    await assert.rejects(sender.request(get), { code: 'UND_ERR_DESTROYED' });
    assert.equal(requests.length, 0);
  });

  it('says that no connection came about', async () => {
    const route = findRoute(new URL('http://127.0.0.1:1'), {});
    const sender = createHttpSender(route, { connectionsMax: 1, connectTimeoutMs: 10_000 });
    await assert.rejects(sender.request(get), (error) => {
      assert.ok(error instanceof ConnectionError);
      return /^cannot connect to 127\.0\.0\.1:1: nothing is listening/.test(error.message);
    });
    await sender.destroy();
  });
});

describe('readText', () => {
  const source = () => Readable.from([Buffer.from('ä').subarray(0, 1), Buffer.from('ä').subarray(1), Buffer.from('b')]);

  it('reads a body whose characters come in pieces', async () => {
    assert.equal(await readText(source(), 3), 'äb');
  });

  it('refuses a body that is too large, and ends it', async () => {
    const body = source();
    await assert.rejects(readText(body, 2), /^Error: the body has more than 2 bytes$/);
    assert.ok(body.destroyed);
  });
});
