import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { Code, createClient } from '@connectrpc/connect';
import { ServiceError } from '../../../../src/baton/author/service-error.ts';
import { internalErrorText } from '../../../../src/baton/author/unexpected-error.ts';
import { serviceEntry } from '../../../../src/baton/services/service-entry.ts';
import { EchoService } from '../echo-service.ts';
import { failureOf } from '../failure-of.ts';
import { startTestServer, tcpAddressOf } from '../test-server.ts';

const echo = serviceEntry(EchoService, {
  one: (request) => request,
  many: async function* ({ value }) {
    for (let size = Number(value); size > 0; size--) {
      yield { value: 'x'.repeat(100_000) };
    }
  },
});
const mebibyte = 1024 * 1024;

test('takes requests of up to 4 MiB', async (t) => {
  const { transport } = await startTestServer(t, [echo]);
  const client = createClient(EchoService, transport);
  const { value } = await client.one({ value: 'x'.repeat(4 * mebibyte - 5) });
  assert.equal(value.length, 4 * mebibyte - 5);
  const error = await failureOf(client.one({ value: 'x'.repeat(4 * mebibyte) }));
  assert.equal(error.code, Code.ResourceExhausted);
});

test('sends answers of any size', async (t) => {
  const entry = serviceEntry(EchoService, { one: () => ({ value: 'x'.repeat(6 * mebibyte) }) });
  const { transport } = await startTestServer(t, [entry]);
  const { value } = await createClient(EchoService, transport).one({});
  assert.equal(value.length, 6 * mebibyte);
});

test('sends no more of a stream than its caller takes', async (t) => {
  let sent = 0;
  const entry = serviceEntry(EchoService, {
    async *many() {
      for (; sent < 200; sent++) {
        yield { value: 'x'.repeat(100_000) };
      }
    },
  });
  const { grpcJs } = await startTestServer(t, [entry]);
  const asIs = (bytes: Buffer) => bytes;
  const call = grpcJs.makeServerStreamRequest('/test.EchoService/Many', asIs, asIs, Buffer.alloc(0));
  call.once('readable', () => call.read());
  // Until it stands still: sent to a caller who takes everything, the stream would go on to its end.
  for (let before = -1; before !== sent || sent === 0; ) {
    before = sent;
    await setTimeout(5);
  }
  assert.ok(sent < 100, `${sent} messages of a stream that nobody reads`);
  let received = 0;
  for await (const _ of call) {
    received++;
  }
  assert.ok(received >= 199);
});

test('answers INTERNAL, and names the message, for a request that cannot be read', async (t) => {
  const { grpcJs, lines } = await startTestServer(t, [echo]);
  const asIs = (bytes: Buffer) => bytes;
  const unreadable = Buffer.from([0x0a, 0x7f, 0x00]);
  for (const count of [1, 2]) {
    const code = await new Promise((resolve) => {
      grpcJs.makeUnaryRequest('/test.EchoService/One', asIs, asIs, unreadable, (error) => resolve(error));
    });
    assert.match(String(code), /13 INTERNAL: cannot decode the request as google\.protobuf\.StringValue/);
    const line = lines.at(-1);
    assert.deepEqual([line?.level, line?.reason, line?.unreadable_requests], [20, 'unreadable_request', count]);
  }
});

test('answers INTERNAL and logs why when an answer cannot be encoded', async (t) => {
  const unwritable = {
    toString: () => {
      throw new Error('s3cret');
    },
  };
  const entry = serviceEntry(EchoService, { one: () => ({ value: unwritable as unknown as string }) });
  const { transport, lines } = await startTestServer(t, [entry]);
  const error = await failureOf(createClient(EchoService, transport).one({}));
  assert.equal(error.rawMessage, internalErrorText);
  assert.equal(lines.at(-1)?.level, 50);
});

test('answers although the metadata of the service cannot be sent', async (t) => {
  const entry = serviceEntry(EchoService, {
    one: (_request, { responseTrailer }) => {
      responseTrailer.set('x-name', 'Bj\u00f6rn');
      return {};
    },
  });
  const { transport, lines } = await startTestServer(t, [entry]);
  const error = await failureOf(createClient(EchoService, transport).one({}));
  assert.equal(error.rawMessage, internalErrorText);
  assert.match(JSON.stringify(lines), /cannot send metadata of the response/);
});

test('sends the metadata that a service has set before it failed', async (t) => {
  const entry = serviceEntry(EchoService, {
    one: (_request, { responseHeader, responseTrailer }) => {
      responseHeader.set('x-head', 'first');
      responseTrailer.set('x-tail', 'last');
      throw new ServiceError(Code.NotFound, 'nothing there', { reason: 'gone' });
    },
  });
  const { transport } = await startTestServer(t, [entry]);
  let headers: Headers | undefined;
  const onHeader = (received: Headers) => {
    headers = received;
  };
  const error = await failureOf(createClient(EchoService, transport).one({}, { onHeader }));
  assert.equal(error.code, Code.NotFound);
  assert.equal(error.metadata.get('x-tail'), 'last');
  assert.equal((headers ?? error.metadata).get('x-head'), 'first');
});

test('answers a call although the context for it could not be made', async (t) => {
  const setContextValues = () => {
    throw new Error('s3cret');
  };
  const { transport } = await startTestServer(t, [echo], { setContextValues });
  const error = await failureOf(createClient(EchoService, transport).one({}));
  assert.equal(error.rawMessage.includes('s3cret'), false);
});

test('does not pass on metadata that belongs to the protocol', async (t) => {
  const entry = serviceEntry(EchoService, {
    one: (_request, { responseHeader, responseTrailer }) => {
      responseHeader.set('connection', 'close');
      responseHeader.set('content-type', 'text/html');
      responseTrailer.set('grpc-status', '5');
      return { value: 'fine' };
    },
  });
  const { transport } = await startTestServer(t, [entry]);
  assert.equal((await createClient(EchoService, transport).one({})).value, 'fine');
});

test('survives a connection that does not speak HTTP/2', async (t) => {
  const { server, transport } = await startTestServer(t, [echo]);
  const socket = connect(tcpAddressOf(server));
  socket.end('GET / HTTP/1.1\r\n\r\n');
  await text(socket).catch(() => {});
  assert.equal((await createClient(EchoService, transport).one({ value: 'still there' })).value, 'still there');
});
