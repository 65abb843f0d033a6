import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type ClientHttp2Session, connect, createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { holdLastWrite } from '../../../../src/baton/conductorone/link/hold-last-write.ts';

/** A stream that is held, and the chunks that the server has got of it. */
async function open(t: TestContext) {
  const got: string[] = [];
  const server = createServer();
  server.on('stream', (stream: ServerHttp2Stream) => {
    stream.on('data', (chunk: Buffer) => got.push(chunk.toString()));
    stream.on('end', () => {
      got.push('end');
      stream.respond({ ':status': 200 }, { endStream: true });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  t.after(() => {
    session.destroy();
    server.close();
  });
  await once(session, 'connect');
  const stream = holdLastWrite(session.request({ ':method': 'POST' }));
  stream.resume();
  const write = (text: string) =>
    new Promise<void>((resolve, reject) => {
      stream.write(Buffer.from(text), 'binary', (error) => (error ? reject(error) : resolve()));
    });
  return { stream, session, got, write };
}

/** Whatever was sent before is there when the answer to a ping is. */
const roundTrip = (session: ClientHttp2Session) =>
  new Promise<void>((resolve, reject) => {
    session.ping((error) => (error ? reject(error) : resolve()));
  });

test('the last message waits for the end of the request, so that a server cannot answer before the end', async (t) => {
  const { stream, session, got, write } = await open(t);
  await write('only');
  await roundTrip(session);
  assert.deepEqual(got, []);
  stream.end();
  await once(stream, 'close');
  assert.deepEqual(got, ['only', 'end']);
});

test('of several messages each is sent as soon as the next one is there, in order', async (t) => {
  const { stream, session, got, write } = await open(t);
  await write('first');
  await write('second');
  await roundTrip(session);
  assert.deepEqual(got, ['first']);
  stream.end();
  await once(stream, 'close');
  assert.deepEqual(got, ['first', 'second', 'end']);
});

test('a request without a message ends', async (t) => {
  const { stream, got } = await open(t);
  stream.end();
  await once(stream, 'close');
  assert.deepEqual(got, ['end']);
});
