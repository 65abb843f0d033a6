import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Code, ConnectError, createClient, type HandlerContext } from '@connectrpc/connect';
import type { ServiceEntry } from '../../../../src/baton/services/service-entry.ts';
import { serviceEntry } from '../../../../src/baton/services/service-entry.ts';
import { echoClients } from '../echo-clients.ts';
import { EchoService } from '../echo-service.ts';
import { failureOf } from '../failure-of.ts';
import { startTestServer, type TestServer } from '../test-server.ts';

const kinds = ['one', 'many', 'collect', 'chat'] as const;

/** A service that works until its signal aborts, and tells when it began and why it ended. */
function createWaiting(): { entry: ServiceEntry; began: Promise<HandlerContext>; ended: Promise<unknown> } {
  const began = Promise.withResolvers<HandlerContext>();
  const ended = Promise.withResolvers<unknown>();
  const wait = async (context: HandlerContext): Promise<never> => {
    began.resolve(context);
    try {
      return await untilAborted(context.signal);
    } catch (error) {
      ended.resolve(error);
      throw error;
    }
  };
  const entry = serviceEntry(EchoService, {
    one: (_request, context) => wait(context),
    async *many(_request, context) {
      yield { value: 'begun' };
      yield await wait(context);
    },
    collect: (_requests, context) => wait(context),
    async *chat(_requests, context) {
      yield { value: 'begun' };
      yield await wait(context);
    },
  });
  return { entry, began: began.promise, ended: ended.promise };
}

/** Rejects as fetch and timers do. */
async function untilAborted(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) {
    await once(signal, 'abort');
  }
  throw new DOMException('This operation was aborted', 'AbortError');
}

/** The code of the one failed call in the log, when it is there. */
async function loggedCode({ lines }: TestServer): Promise<unknown> {
  for (;;) {
    const line = lines.find(({ msg }) => msg === 'call failed');
    if (line) {
      assert.ok(line.level < 50, 'an end that the caller wanted is no error');
      return line.code;
    }
    await new Promise(setImmediate);
  }
}

for (const [clientName, createEchoClient] of Object.entries(echoClients)) {
  for (const kind of kinds) {
    test(`${kind} of ${clientName}: a cancelled call aborts the signal of its service`, async (t) => {
      const { entry, began, ended } = createWaiting();
      const server = await startTestServer(t, [entry]);
      const cancel = new AbortController();
      const call = createEchoClient(server)[kind](['a'], { signal: cancel.signal });
      const { signal } = await began;
      cancel.abort();
      assert.equal((await failureOf(call)).code, Code.Canceled);
      await ended;
      assert.equal((signal.reason as ConnectError).code, Code.Canceled);
      assert.equal(await loggedCode(server), 'Canceled');
    });
  }
}

for (const method of ['One', 'Many', 'Collect', 'Chat']) {
  test(`${method}: a deadline answers the call and aborts the signal of its service`, async (t) => {
    const { entry, began, ended } = createWaiting();
    const server = await startTestServer(t, [entry]);
    const { deadlineMs, trailers } = await untilBegun(server, method, began);
    const { signal, timeoutMs } = await began;
    assert.ok((timeoutMs() ?? Infinity) <= deadlineMs);
    assert.equal((await trailers)['grpc-status'], '4');
    await ended;
    assert.equal((signal.reason as ConnectError).code, Code.DeadlineExceeded);
    assert.equal(await loggedCode(server), 'DeadlineExceeded');
  });
}

test('a service that ignores its deadline leaves its caller with DEADLINE_EXCEEDED all the same', async (t) => {
  const release = Promise.withResolvers<object>();
  const server = await startTestServer(t, [serviceEntry(EchoService, { one: () => release.promise })]);
  const { trailers } = callWithDeadline(server, 'One', '20m');
  assert.equal((await trailers)['grpc-status'], '4');
  release.resolve({});
  assert.equal(await loggedCode(server), 'DeadlineExceeded');
});

test('an abort that a service made itself is an error like any other', async (t) => {
  const entry = serviceEntry(EchoService, { one: () => untilAborted(AbortSignal.abort()) });
  const server = await startTestServer(t, [entry]);
  const error = await failureOf(createClient(EchoService, server.transport).one({}));
  assert.equal(error.code, Code.Internal);
  assert.equal(server.lines.at(-1)?.level, 50);
});

test('the signal aborts after the answer too, so that what was left running for it ends', async (t) => {
  const signal = Promise.withResolvers<AbortSignal>();
  const entry = serviceEntry(EchoService, {
    one: (_request, context) => {
      signal.resolve(context.signal);
      return {};
    },
  });
  const server = await startTestServer(t, [entry]);
  await createClient(EchoService, server.transport).one({});
  const { aborted, reason } = await signal.promise;
  assert.equal(aborted, true);
  assert.equal(reason instanceof ConnectError, false, 'nobody cancelled it');
});

/** Calls without a client that would end the call at the deadline by itself. */
function callWithDeadline({ http2 }: TestServer, method: string, timeout: string) {
  const stream = http2.request({
    ':method': 'POST',
    ':path': `/test.EchoService/${method}`,
    'content-type': 'application/grpc',
    'grpc-timeout': timeout,
    te: 'trailers',
  });
  const trailers = Promise.withResolvers<Record<string, unknown>>();
  stream.on('response', (headers) => headers['grpc-status'] !== undefined && trailers.resolve(headers));
  stream.on('trailers', (headers) => trailers.resolve(headers));
  stream.resume();
  stream.end(Buffer.alloc(5));
  return { trailers: trailers.promise };
}

/** Calls until a deadline is not over before the service has begun, as a short one is on a slow machine. */
async function untilBegun(server: TestServer, method: string, began: Promise<unknown>) {
  for (let deadlineMs = 50; ; deadlineMs *= 2) {
    const { trailers } = callWithDeadline(server, method, `${deadlineMs}m`);
    const isBegun = await Promise.race([began.then(() => true), trailers.then(() => false)]);
    if (isBegun) return { deadlineMs, trailers };
    assert.ok(deadlineMs < 20_000, 'the service is never called');
  }
}
