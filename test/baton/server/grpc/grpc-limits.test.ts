// The limits of the gRPC server: each one set low, and seen to refuse.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createClient } from '@connectrpc/connect';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import pino from 'pino';
import { Health } from '#gen/grpc/health/v1/health_pb.js';
import type { GrpcServerOptions } from '../../../../src/baton/server/grpc/grpc-server.ts';
import { createGate } from '../../../../src/baton/server/limits/gate.ts';
import { defaultLimits, type ServerLimits, untimedLimits } from '../../../../src/baton/server/limits/server-limits.ts';
import { MutualTlsCredentials } from '../../../../src/baton/server/tls/mutual-tls.ts';
import { serviceEntry } from '../../../../src/baton/services/service-entry.ts';
import { echoClients } from '../echo-clients.ts';
import { EchoService } from '../echo-service.ts';
import { RawHttp2 } from '../limits/raw-http2.ts';
import { type LogLine, startTestServer, tcpAddressOf } from '../test-server.ts';
import { mutualClient, mutualServer } from '../tls-fixture.ts';
import { until } from '../until.ts';

const kib = 1024;
const mib = 1024 * kib;

/** What the service returns for `big`: more than fits in the buffers of two sockets. */
const bigText = 'x'.repeat(3 * mib);

interface Started {
  readonly port: number;
  readonly lines: LogLine[];
  readonly http2: ClientHttp2Session;
  readonly gate: ReturnType<typeof createGate>;
  /** Calls the service on a connection of its own. */
  readonly echo: (text: string) => Promise<string>;
  /** What the calls that reached the service have sent. */
  readonly served: readonly string[];
  /** Ends the calls for `wait`. */
  readonly finish: () => void;
}

/** A server whose calls take no limit of time into account, except those in `limits`. */
async function start(
  t: TestContext,
  limits: Partial<ServerLimits>,
  options: Partial<GrpcServerOptions> = {},
): Promise<Started> {
  const lines: LogLine[] = [];
  const logger = pino({ level: 'warn' }, { write: (line) => lines.push(JSON.parse(line)) });
  const gate = createGate(logger, { ...untimedLimits, ...limits });
  const served: string[] = [];
  const waiting = Promise.withResolvers<void>();
  const service = serviceEntry(EchoService, {
    one: async ({ value }) => {
      served.push(value);
      if (value === 'wait') await waiting.promise;
      return { value: value === 'big' || value === '' ? bigText : value };
    },
    async *many() {
      for (;;) yield { value: bigText };
    },
    async *chat(requests) {
      for await (const { value } of requests) yield { value };
    },
  });
  const server = await startTestServer(t, [service], { gate, ...options });
  t.after(() => waiting.resolve());
  const client = echoClients['grpc-js']?.(server);
  return {
    port: tcpAddressOf(server.server).port,
    lines,
    http2: server.http2,
    gate,
    echo: async (text) => (await client?.one([text]))?.texts[0] ?? '',
    served,
    finish: waiting.resolve,
  };
}

/** Begins a call whose message of `declared` bytes gets only `sent` of them. */
function sendUnfinished(http2: ClientHttp2Session, sent: number, declared = 4 * mib, method = 'One'): Answer {
  const stream = call(http2, method);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(declared, 1);
  stream.write(Buffer.concat([prefix, Buffer.alloc(sent)]));
  return answerOf(stream);
}

function call(http2: ClientHttp2Session, method: string, headers: Record<string, string> = {}): ClientHttp2Stream {
  return http2.request({
    ':method': 'POST',
    ':path': `/test.EchoService/${method}`,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  });
}

interface Answer {
  readonly stream: ClientHttp2Stream;
  /** What the caller got, once the server has ended the call. */
  readonly status: Promise<{ readonly code: string; readonly message: string; readonly rstCode: number | undefined }>;
}

function answerOf(stream: ClientHttp2Stream): Answer {
  const status = new Promise<Awaited<Answer['status']>>((resolve) => {
    let [code, message] = ['', ''];
    stream.once('response', (headers) => {
      code = String(headers['grpc-status'] ?? '');
      message = decodeURI(String(headers['grpc-message'] ?? ''));
    });
    stream.once('close', () => resolve({ code, message, rstCode: stream.rstCode }));
  });
  stream.on('error', () => {});
  stream.resume();
  return { stream, status };
}

/** The settings that the server's log names. */
const settingsOf = (lines: readonly LogLine[]) => lines.map(({ setting }) => setting);

test('unfinished messages may hold so many bytes; then the largest of them is refused, and others are served', async (t) => {
  const { http2, echo, gate, lines } = await start(t, { bytesInFlightMax: 2 * mib });
  const answers = Array.from({ length: 10 }, () => sendUnfinished(http2, 512 * kib));
  const { code, message } = await Promise.race(answers.map(({ status }) => status));
  assert.equal(code, '8');
  assert.match(message, /too many bytes .* \(max-in-flight-mib\)/);
  assert.equal(await echo('fine'), 'fine');
  await until('all requests have arrived or were refused', () => gate.bytes.bytes <= 2 * mib);
  assert.equal(await echo('fine'), 'fine');
  assert.deepEqual(settingsOf(lines), ['max-in-flight-mib']);
  assert.match(String(lines[0]?.peer), /^127\.0\.0\.1:\d+$/);

  http2.destroy();
  await until('nothing is held once the caller has left', () => gate.bytes.bytes === 0);
});

test('a message in tiny pieces counts as what its pieces hold', async (t) => {
  const { http2, gate } = await start(t, { bytesInFlightMax: mib });
  const { stream, status } = sendUnfinished(http2, 0);
  const before = gate.bytes.bytes;
  for (let sent = 0; sent < 8000 && !stream.closed; sent++) {
    await new Promise((resolve) => stream.write('x', resolve));
  }
  assert.equal((await status).code, '8', `${before} bytes before`);
});

test('a compressed message counts as what it may become', async (t) => {
  const { http2 } = await start(t, { bytesInFlightMax: mib });
  const stream = call(http2, 'One', { 'grpc-encoding': 'gzip' });
  const bomb = gzipSync(Buffer.alloc(4 * mib));
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(1);
  prefix.writeUInt32BE(bomb.length, 1);
  // It cannot be inflated yet.
  stream.write(Buffer.concat([prefix, bomb.subarray(0, -1)]));
  assert.equal((await answerOf(stream).status).code, '8');
});

test('requests of calls that the service works on are counted, and not refused for others', async (t) => {
  const { http2, echo, served, finish } = await start(t, { bytesInFlightMax: 2 * mib });
  const running = echo('wait');
  await until('the call runs', () => served.includes('wait'));
  const refused = await Promise.all(Array.from({ length: 4 }, () => sendUnfinished(http2, 2 * mib).status));
  assert.deepEqual(new Set(refused.map(({ code }) => code)), new Set(['8']));
  finish();
  assert.equal(await running, 'wait');
});

test('a message that does not end in time is refused; a call that takes longer is not', async (t) => {
  const { http2, echo, served, lines, finish } = await start(t, { messageTimeoutMs: 50 });
  const running = echo('wait');
  await until('the call runs', () => served.includes('wait'));
  for (const answer of [
    sendUnfinished(http2, 100),
    sendUnfinished(http2, 100, 100),
    sendUnfinished(http2, 100, 200, 'Chat'),
    answerOf(call(http2, 'One')),
  ]) {
    const { code, message } = await answer.status;
    assert.equal(code, '8');
    assert.match(message, /took too long .* \(message-timeout\)/);
  }
  assert.deepEqual(settingsOf(lines), ['message-timeout']);
  finish();
  assert.equal(await running, 'wait');
});

test('a stream of messages may pause between them', async (t) => {
  const { http2, gate, lines } = await start(t, { messageTimeoutMs: 50 });
  const stream = call(http2, 'Chat');
  const { status } = answerOf(stream);
  const received = once(stream, 'data');
  stream.write(Buffer.from([0, 0, 0, 0, 0]));
  await received;
  // Another call shows that the time has passed.
  assert.equal((await sendUnfinished(http2, 100).status).code, '8');
  assert.equal(stream.closed, false);
  stream.end();
  assert.equal((await status).rstCode, 0);
  assert.equal(lines.length, 1);
  await until('nothing is held', () => gate.bytes.bytes === 0);
});

/** A connection whose streams get no bytes, because the caller opens no window for them. */
async function connectSlowReader(t: TestContext, port: number): Promise<ClientHttp2Session> {
  const http2 = connectHttp2(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: 0 } });
  http2.on('error', () => {});
  t.after(() => http2.destroy());
  await once(http2, 'remoteSettings');
  return http2;
}

/** Sends an empty message, whose response is big. */
function readNothing(http2: ClientHttp2Session, method = 'One'): Answer {
  const stream = call(http2, method);
  stream.end(Buffer.from([0, 0, 0, 0, 0]));
  return answerOf(stream);
}

for (const method of ['One', 'Many']) {
  test(`${method}: a response that is not read in time is given up`, async (t) => {
    const { port, gate, lines } = await start(t, { messageTimeoutMs: 50 });
    const { status } = readNothing(await connectSlowReader(t, port), method);
    assert.equal((await status).rstCode, 11);
    assert.deepEqual(settingsOf(lines), ['message-timeout']);
    await until('nothing is held', () => gate.bytes.bytes === 0);
  });
}

test('responses that are not read may hold so many bytes; others are served', async (t) => {
  const { port, echo, gate, lines } = await start(t, { bytesInFlightMax: 16 * mib });
  const slow = await connectSlowReader(t, port);
  const { rstCode } = await Promise.race(Array.from({ length: 4 }, () => readNothing(slow).status));
  assert.equal(rstCode, 11);
  assert.equal((await echo('big')).length, bigText.length);
  assert.deepEqual(settingsOf(lines), ['max-in-flight-mib']);
  slow.destroy();
  await until('nothing is held once the caller has left', () => gate.bytes.bytes === 0);
});

test('a connection that reads nothing at all is closed, because its sockets hold the responses', async (t) => {
  const { port, gate, echo } = await start(t, { bytesInFlightMax: 8 * mib });
  const raw = await RawHttp2.connect(port);
  t.after(() => raw.socket.destroy());
  await until('both connections are accepted', () => gate.connections.size === 2);
  for (let stream = 1; stream < 20; stream += 2) raw.call('/test.EchoService/One', stream);
  await until('the connection is closed', () => gate.connections.size === 1);
  assert.equal((await echo('big')).length, bigText.length);
});

test('the number of calls of a connection is announced', async (t) => {
  const { http2 } = await start(t, { callsPerConnectionMax: 7 });
  if (!http2.remoteSettings?.maxConcurrentStreams) await once(http2, 'remoteSettings');
  assert.equal(http2.remoteSettings?.maxConcurrentStreams, 7);
});

test('a caller with more calls than one connection may have gets them all, one after the other', async (t) => {
  const { echo } = await start(t, { callsPerConnectionMax: 3 });
  const texts = Array.from({ length: 100 }, (_, index) => `${index}`);
  assert.deepEqual(await Promise.all(texts.map(echo)), texts);
});

/** Opens a socket that says nothing. */
async function openSocket(t: TestContext, port: number): Promise<{ socket: Socket; closed: Promise<Buffer> }> {
  const socket = connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  return { socket, closed: buffer(socket) };
}

test('too many connections: one that made no call is closed for a new one', async (t) => {
  const { port, http2, echo, gate, lines } = await start(t, { connectionsMax: 3 });
  await once(http2, 'remoteSettings');
  assert.equal(await echo('before'), 'before');
  const idle = await openSocket(t, port);
  const another = await openSocket(t, port);
  // The first one without a call is that of `http2`.
  await until('the first is closed', () => http2.destroyed);
  await openSocket(t, port);
  await idle.closed;
  assert.equal(another.socket.destroyed, false);
  assert.equal(await echo('after'), 'after');
  assert.equal(gate.connections.size, 3);
  assert.deepEqual(settingsOf(lines), ['max-connections']);
});

test('too many connections, each with a call: a new one gets GOAWAY', async (t) => {
  const { port, http2, echo, gate, served, lines, finish } = await start(t, { connectionsMax: 1 });
  await once(http2, 'remoteSettings');
  http2.destroy();
  await until('the first connection is closed', () => gate.connections.size === 0);
  const running = echo('wait');
  await until('the call runs', () => served.includes('wait'));
  const refused = connectHttp2(`http://127.0.0.1:${port}`);
  refused.on('error', () => {});
  const [code, , text] = await once(refused, 'goaway');
  assert.equal(code, 11);
  assert.equal(String(text), 'too many connections');
  assert.deepEqual(settingsOf(lines), ['max-connections']);
  finish();
  assert.equal(await running, 'wait');
});

test('a connection without a preface is closed', async (t) => {
  const { port, lines } = await start(t, { prefaceTimeoutMs: 50 });
  await (await openSocket(t, port)).closed;
  assert.deepEqual(settingsOf(lines), ['preface-timeout']);
});

test('a connection without a call is closed with GOAWAY', async (t) => {
  const { http2, lines } = await start(t, { firstCallTimeoutMs: 50 });
  const [code] = await once(http2, 'goaway');
  assert.equal(code, 0);
  assert.deepEqual(settingsOf(lines), ['first-call-timeout']);
});

test('an idle connection is closed with GOAWAY, one with a call is not, and callers reconnect', async (t) => {
  const { http2, echo, gate, served, lines, finish } = await start(t, { idleTimeoutMs: 50 });
  const running = echo('wait');
  await until('the call runs', () => served.includes('wait'));
  assert.equal(await echo('on the same connection'), 'on the same connection');
  const goneAway = once(http2, 'goaway');
  const stream = call(http2, 'One');
  stream.end(Buffer.from([0, 0, 0, 0, 3, 10, 1, 97]));
  await answerOf(stream).status;
  const [code] = await goneAway;
  assert.equal(code, 0);
  // That of the running call, which would have been closed before.
  assert.equal(gate.connections.size, 1);
  finish();
  assert.equal(await running, 'wait');
  await until('both connections are closed', () => gate.connections.size === 0);
  assert.equal(await echo('again'), 'again');
  assert.deepEqual(lines, []);
});

test('a connection that answers no ping is closed, also during a call', async (t) => {
  const { port, http2, gate, served } = await start(t, { keepaliveIntervalMs: 200 });
  http2.destroy();
  const raw = await RawHttp2.connect(port);
  // While it is paused, it does not notice that it was closed.
  t.after(() => raw.socket.destroy());
  raw.call('/test.EchoService/One', 1);
  raw.socket.pause();
  await until('the call has begun', () => served.length > 0);
  await until('the connection is closed', () => gate.connections.size === 0);
  assert.equal(gate.bytes.bytes, 0);
});

const overTls = { credentials: new MutualTlsCredentials(mutualServer) };

test('TLS: a connection without a handshake is closed', async (t) => {
  const { port, http2, lines } = await start(t, { prefaceTimeoutMs: 50 }, overTls);
  http2.destroy();
  await (await openSocket(t, port)).closed;
  assert.deepEqual(settingsOf(lines), ['preface-timeout']);
});

test('TLS: calls are counted', async (t) => {
  const { port, http2, gate } = await start(t, { connectionsMax: 3, bytesInFlightMax: mib }, overTls);
  http2.destroy();
  const baseUrl = `https://127.0.0.1:${port}`;
  const sessionManager = new Http2SessionManager(baseUrl, {}, mutualClient);
  t.after(() => sessionManager.abort());
  const health = createClient(Health, createGrpcTransport({ baseUrl, sessionManager }));
  assert.equal((await health.check({})).status, 1);
  const watching = health.watch({})[Symbol.asyncIterator]();
  await watching.next();
  await until('the call is counted', () => gate.bytes.bytes > 0);
  const tls = connectHttp2(baseUrl, mutualClient);
  t.after(() => tls.destroy());
  assert.equal((await sendUnfinished(tls, 2 * mib).status).code, '8');
});

test('the defaults leave room for what callers do', () => {
  assert.deepEqual(defaultLimits, {
    connectionsMax: 256,
    callsPerConnectionMax: 100,
    bytesInFlightMax: 128 * mib,
    prefaceTimeoutMs: 10_000,
    firstCallTimeoutMs: 60_000,
    messageTimeoutMs: 60_000,
    idleTimeoutMs: 900_000,
    keepaliveIntervalMs: 60_000,
  });
});
