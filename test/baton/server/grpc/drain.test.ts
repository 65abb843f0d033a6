import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { Code, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { ServerReflection } from '#gen/grpc/reflection/v1/reflection_pb.js';
import type { GrpcServer } from '../../../../src/baton/server/grpc/grpc-server.ts';
import { serviceEntry } from '../../../../src/baton/services/service-entry.ts';
import { EchoService } from '../echo-service.ts';
import { failureOf } from '../failure-of.ts';
import { startTestServer, tcpAddressOf } from '../test-server.ts';

/** With the five bytes that stand before every message: not compressed, no length. */
const emptyMessage = Buffer.alloc(5);

/** A service that answers when it is released, and tells when it was called and whether it has answered. */
function createSlow() {
  const called = Promise.withResolvers<AbortSignal>();
  const release = Promise.withResolvers<void>();
  let finished = false;
  const entry = serviceEntry(EchoService, {
    one: async ({ value }, { signal }) => {
      called.resolve(signal);
      await release.promise;
      finished = true;
      return { value };
    },
  });
  return { entry, called: called.promise, release: release.resolve, finished: () => finished };
}

/** Fails if a drain is over before `end` ends what it must wait for. */
async function assertWaits(server: GrpcServer, end: () => void): Promise<void> {
  let over = false;
  const drained = server.drain().then(() => {
    over = true;
  });
  await Promise.race([drained, setTimeout(20)]);
  assert.equal(over, false);
  end();
  await drained;
}

test('drain lets a running call end and refuses new ones', async (t) => {
  const { entry, called, release } = createSlow();
  const { server, transport, address } = await startTestServer(t, [entry]);
  const running = createClient(EchoService, transport).one({ value: 'to the end' });
  await called;
  const drained = server.drain();
  const newConnection = createGrpcTransport({ baseUrl: `http://${address}` });
  assert.equal((await failureOf(createClient(EchoService, newConnection).one({}))).code, Code.Unavailable);
  assert.equal((await failureOf(createClient(EchoService, transport).one({}))).code, Code.Unavailable);
  release();
  assert.equal((await running).value, 'to the end');
  await drained;
});

test('drain waits for a caller who has not taken the whole answer', async (t) => {
  const entry = serviceEntry(EchoService, {
    // More than a caller takes that does not read, and less than what makes the service wait for it.
    async *many() {
      for (let i = 0; i < 10; i++) {
        yield { value: 'x'.repeat(100_000) };
      }
      served.resolve();
    },
  });
  const served = Promise.withResolvers<void>();
  const { server, http2 } = await startTestServer(t, [entry], { closeTimeoutMs: 1 });
  const stream = http2.request({
    ':method': 'POST',
    ':path': '/test.EchoService/Many',
    'content-type': 'application/grpc',
  });
  stream.on('error', () => {});
  stream.end(emptyMessage);
  await served.promise;
  await assertWaits(server, () => stream.destroy());
});

test('drain waits for a service that goes on after its caller has gone', async (t) => {
  const { entry, called, release, finished } = createSlow();
  const { server, transport } = await startTestServer(t, [entry], { closeTimeoutMs: 1 });
  const cancel = new AbortController();
  const call = failureOf(createClient(EchoService, transport).one({}, { signal: cancel.signal }));
  const signal = await called;
  cancel.abort();
  await call;
  while (!signal.aborted) {
    await setImmediate();
  }
  await assertWaits(server, release);
  assert.equal(finished(), true);
});

test('drain stops calls that do not end in time, even if their service ignores the signal', async (t) => {
  const { entry, called } = createSlow();
  const { server, transport, lines } = await startTestServer(t, [entry], { drainTimeoutMs: 5 });
  const running = failureOf(createClient(EchoService, transport).one({}));
  const signal = await called;
  await server.drain();
  const error = await running;
  assert.deepEqual([error.code, error.rawMessage], [Code.Unavailable, 'the server is stopping']);
  assert.equal(signal.aborted, true);
  assert.equal(lines.at(-1)?.reason, 'stopping');
});

test('close ends a drain that is under way', async (t) => {
  const { entry, called } = createSlow();
  const { server, transport } = await startTestServer(t, [entry]);
  const running = failureOf(createClient(EchoService, transport).one({}));
  await called;
  const drained = server.drain();
  await server.close();
  await drained;
  assert.equal((await running).code, Code.Unavailable);
});

test('drain does not wait for calls that only look at the server', async (t) => {
  const { server, transport } = await startTestServer(t, []);
  const idle = Promise.withResolvers<void>();
  async function* requests() {
    yield { messageRequest: { case: 'listServices' as const, value: '' } };
    await idle.promise;
  }
  const reflecting = async () => {
    for await (const _ of createClient(ServerReflection, transport).serverReflectionInfo(requests())) {
      void server.drain();
    }
  };
  assert.equal((await failureOf(reflecting())).code, Code.Unavailable);
  idle.resolve();
  await server.drain();
});

test('drain cuts connections that do not close', async (t) => {
  const entry = serviceEntry(EchoService, {
    async *chat() {
      yield { value: 'that was all' };
    },
  });
  const { server, http2 } = await startTestServer(t, [entry], { closeTimeoutMs: 5 });
  // The answer is complete, and the request never will be.
  const stream = http2.request({
    ':method': 'POST',
    ':path': '/test.EchoService/Chat',
    'content-type': 'application/grpc',
  });
  stream.on('error', () => {});
  stream.resume();
  const closed = new Promise((resolve) => http2.once('close', resolve));
  await once(stream, 'trailers');
  await server.drain();
  await closed;
});

test('drain is over at once when nothing goes on, with connections open', async (t) => {
  const { server, transport } = await startTestServer(t, [], { closeTimeoutMs: 3_600_000 });
  const silent = connect(tcpAddressOf(server));
  silent.on('error', () => {});
  silent.resume();
  await failureOf(createClient(EchoService, transport).one({}));
  await server.drain();
});

test('drain and close may be called again', async (t) => {
  const { server } = await startTestServer(t, []);
  await Promise.all([server.drain(), server.drain(), server.close()]);
  await server.close();
});
