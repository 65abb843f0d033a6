// The limits of the HTTP server: each one set low, and seen to refuse.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { gzipSync } from 'node:zlib';
import pino from 'pino';
import { fetch } from 'undici';
import { startHttpServer } from '../../../../src/baton/server/http/http-server.ts';
import { RequestGate } from '../../../../src/baton/server/http/request-gate.ts';
import { createGate } from '../../../../src/baton/server/limits/gate.ts';
import { type ServerLimits, untimedLimits } from '../../../../src/baton/server/limits/server-limits.ts';
import { addressOf, listenAt } from '../../../../src/baton/server/listen.ts';
import { mutualTlsOptions } from '../../../../src/baton/server/tls/mutual-tls.ts';
import { serviceEntry } from '../../../../src/baton/services/service-entry.ts';
import { EchoService } from '../echo-service.ts';
import { type LogLine, tcpAddressOf } from '../test-server.ts';
import { mutualClient, mutualServer } from '../tls-fixture.ts';
import { until } from '../until.ts';

const mib = 1024 * 1024;
/** More than fits in the buffers of two sockets. */
const bigText = 'x'.repeat(24 * mib);

async function start(t: TestContext, limits: Partial<ServerLimits>, hasTls = false) {
  const lines: LogLine[] = [];
  const logger = pino({ level: 'warn' }, { write: (line) => lines.push(JSON.parse(line)) });
  const gate = createGate(logger, { ...untimedLimits, ...limits });
  const served: string[] = [];
  const waiting = Promise.withResolvers<void>();
  const service = serviceEntry(EchoService, {
    one: async ({ value }) => {
      served.push(value);
      if (value === 'wait') await waiting.promise;
      return { value: value === 'big' ? bigText : value };
    },
  });
  const server = await startHttpServer({
    services: [service],
    listen: { host: '127.0.0.1', port: 0 },
    logger,
    gate,
    tls: hasTls ? mutualTlsOptions(mutualServer) : undefined,
    drainTimeoutMs: 1000,
  });
  t.after(() => {
    waiting.resolve();
    return server.drain();
  });
  const { port } = tcpAddressOf(server);
  const echo = async (value: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}/test.EchoService/One`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'accept-encoding': 'identity', connection: 'close' },
      body: JSON.stringify(value),
    });
    return await answer.json();
  };
  return { port, gate, lines, echo, served, finish: waiting.resolve };
}

async function open(t: TestContext, port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** Sends the headers of a call, and this much of a body of `declared` bytes. */
function sendUnfinished(socket: Socket, declared: number, body: string | Uint8Array = '', ...headers: string[]): void {
  const head = [
    'POST /test.EchoService/One HTTP/1.1',
    'host: localhost',
    'content-type: application/json',
    `content-length: ${declared}`,
    ...headers,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  socket.write(body);
}

const settingsOf = (lines: readonly LogLine[]) => lines.map(({ setting }) => setting);

test('unfinished requests may hold so many bytes; then the largest is refused, and others are served', async (t) => {
  const { port, gate, lines, echo } = await start(t, { bytesInFlightMax: 2 * mib });
  const sockets = await Promise.all(Array.from({ length: 4 }, () => open(t, port)));
  const answers = sockets.map((socket) => text(socket));
  for (const socket of sockets) sendUnfinished(socket, 3 * mib, ' '.repeat(mib));
  const answer = await Promise.race(answers);
  assert.match(answer, /^HTTP\/1\.1 429 Too Many Requests\r\n/);
  assert.match(
    answer,
    /\{"code":"resource_exhausted","message":"the server holds too many bytes .*\(max-in-flight-mib\)/,
  );
  assert.equal(await echo('fine'), 'fine');
  assert.ok(gate.bytes.bytes <= 2 * mib);
  assert.deepEqual(settingsOf(lines), ['max-in-flight-mib']);
  for (const socket of sockets) socket.destroy();
  await until('nothing is held once the callers have left', () => gate.bytes.bytes === 0);
});

test('a compressed request counts as what it may become', async (t) => {
  const { port } = await start(t, { bytesInFlightMax: mib });
  const socket = await open(t, port);
  const bomb = gzipSync(Buffer.alloc(4 * mib, ' '));
  sendUnfinished(socket, bomb.length, bomb.subarray(0, -1), 'content-encoding: gzip');
  assert.match(await text(socket), /^HTTP\/1\.1 429 /);
});

test('a request that does not end in time is refused; a call that takes longer is not', async (t) => {
  const { port, lines, echo, served, finish } = await start(t, { messageTimeoutMs: 50 });
  const running = echo('wait');
  await until('the call runs', () => served.length > 0);
  const socket = await open(t, port);
  sendUnfinished(socket, 100, '"');
  assert.match(await text(socket), /^HTTP\/1\.1 429 .*took too long .*\(message-timeout\)/s);
  assert.deepEqual(settingsOf(lines), ['message-timeout']);
  finish();
  assert.equal(await running, 'wait');
});

test('a response that is not read in time is given up', async (t) => {
  const { port, gate, lines, served } = await start(t, { messageTimeoutMs: 50 });
  const socket = await open(t, port);
  socket.pause();
  sendUnfinished(socket, 5, '"big"');
  await until('the call has begun', () => served.length > 0);
  await until('the connection is closed', () => gate.connections.size === 0);
  assert.equal(gate.bytes.bytes, 0);
  assert.deepEqual(settingsOf(lines), ['message-timeout']);
});

test('responses that are not read may hold so many bytes; others are served', async (t) => {
  const { port, gate, lines, echo } = await start(t, { bytesInFlightMax: 30 * mib });
  const slow = await open(t, port);
  slow.pause();
  sendUnfinished(slow, 5, '"big"');
  await until('the response waits', () => gate.bytes.bytes > 24 * mib);
  assert.equal(await echo('big'), bigText);
  await until('the slow one is closed', () => gate.connections.size === 0);
  assert.deepEqual(settingsOf(lines), ['max-in-flight-mib']);
  assert.equal(gate.bytes.bytes, 0);
});

/** A server that answers each request once `answer` settles, and reads no body. */
async function startReadingNothing(t: TestContext, limits: Partial<ServerLimits>, answer: Promise<void>) {
  const gate = new RequestGate(createGate(pino({ level: 'silent' }), { ...untimedLimits, ...limits }));
  // Without the limit of Node for idle connections.
  const server = createServer(
    { ...gate.serverOptions, keepAliveTimeout: 0 },
    gate.limit((_request, response) => void answer.then(() => response.end('answered'))),
  );
  gate.attach(server);
  await listenAt(server, { host: '127.0.0.1', port: 0 });
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return tcpAddressOf({ address: addressOf(server) }).port;
}

test('a request without a body is not waited for', async (t) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const port = await startReadingNothing(t, { messageTimeoutMs: 50 }, promise);
  const waiting = await open(t, port);
  waiting.write('GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
  // Another request shows that the time has passed.
  const late = await open(t, port);
  sendUnfinished(late, 100);
  assert.match(await text(late), /^HTTP\/1\.1 429 /);
  resolve();
  assert.match(await text(waiting), /^HTTP\/1\.1 200 .*answered/s);
});

test('an idle connection is closed', async (t) => {
  const socket = await open(t, await startReadingNothing(t, { idleTimeoutMs: 50 }, Promise.resolve()));
  socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n');
  assert.match(await text(socket), /^HTTP\/1\.1 200 /);
});

test('too many connections: one that made no call is closed for a new one', async (t) => {
  const { port, echo, gate, lines } = await start(t, { connectionsMax: 2 });
  const [first, second] = [await open(t, port), await open(t, port)];
  await until('both are accepted', () => gate.connections.size === 2);
  const closed = text(first);
  assert.equal(await echo('fine'), 'fine');
  await closed;
  assert.equal(second.destroyed, false);
  assert.deepEqual(settingsOf(lines), ['max-connections']);
});

test('too many connections, each with a call: a new one gets 503', async (t) => {
  const { port, echo, served, finish } = await start(t, { connectionsMax: 1 });
  const running = echo('wait');
  await until('the call runs', () => served.length > 0);
  const refused = await open(t, port);
  assert.match(await text(refused), /^HTTP\/1\.1 503 .*\{"code":"unavailable","message":"too many connections"\}$/s);
  finish();
  assert.equal(await running, 'wait');
});

test('a connection without a request is closed', async (t) => {
  const { port, lines } = await start(t, { prefaceTimeoutMs: 50 });
  const socket = await open(t, port);
  socket.write('POST / HTTP/1.1\r\nhost: local');
  await text(socket);
  assert.deepEqual(settingsOf(lines), ['preface-timeout']);
});

// Node's default is a minute.
test('the headers of a later request get the same time', { timeout: 30_000 }, async (t) => {
  const port = await startReadingNothing(t, { prefaceTimeoutMs: 500 }, Promise.resolve());
  const socket = await open(t, port);
  socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\nGET / HTTP/1.1\r\nhost: local');
  assert.match(await text(socket), /^HTTP\/1\.1 200 .*HTTP\/1\.1 408 Request Timeout/s);
});

test('what has no limit here has none of Node either', () => {
  const gate = new RequestGate(createGate(pino({ level: 'silent' }), untimedLimits));
  const { headersTimeout, requestTimeout } = createServer(gate.serverOptions);
  assert.deepEqual({ headersTimeout, requestTimeout }, { headersTimeout: 0, requestTimeout: 0 });
});

test('TLS: a connection without a handshake is closed', async (t) => {
  const { port, lines } = await start(t, { prefaceTimeoutMs: 50 }, true);
  await text(await open(t, port));
  assert.deepEqual(settingsOf(lines), ['preface-timeout']);
});

test('TLS: calls are counted', async (t) => {
  const { port, gate } = await start(t, { bytesInFlightMax: mib }, true);
  const socket = connectTls({ port, host: '127.0.0.1', ...mutualClient });
  t.after(() => socket.destroy());
  socket.on('error', () => {});
  sendUnfinished(socket, 3 * mib, ' '.repeat(2 * mib));
  assert.match(await text(socket), /^HTTP\/1\.1 429 /);
  await until('nothing is held', () => gate.bytes.bytes === 0);
});
