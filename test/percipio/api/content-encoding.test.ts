import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { captureError } from './capture-error.ts';
import { createTestClient, never, startServer } from './start-server.ts';

const users = Array.from({ length: 500 }, (_, index) => ({ id: `user-${index}`, email: `user-${index}@example.com` }));
const json = Buffer.from(JSON.stringify(users));

const encodings = [
  ['identity', (bytes: Buffer) => bytes],
  ['gzip', (bytes: Buffer) => gzipSync(bytes)],
  ['x-gzip', (bytes: Buffer) => gzipSync(bytes)],
  ['br', (bytes: Buffer) => brotliCompressSync(bytes)],
  ['zstd', (bytes: Buffer) => zstdCompressSync(bytes)],
] as const;

const page = { max: 1000, offset: 0 };

describe('content-encoding', () => {
  for (const [encoding, encode] of encodings) {
    it(`${encoding}: an answer is read`, async (t) => {
      const body = encode(json);
      const server = await startServer(t, (_request, response) => {
        response.writeHead(200, { 'content-encoding': encoding }).end(body);
      });
      const client = createTestClient(t, server.url);
      assert.equal((await client.users.list(page, never)).items.length, 500);
      assert.equal(client.statistics().receivedBytes, body.length);
      assert.equal(client.statistics().decodedBytes, json.length);
    });

    it(`${encoding}: an answer that was cut off is asked for again, although HTTP says it is whole`, async (t) => {
      const body = encode(json);
      const server = await startServer(t, (_request, response, index) => {
        response.writeHead(200, { 'content-encoding': encoding });
        response.end(index === 0 ? body.subarray(0, body.length - 10) : body);
      });
      assert.equal((await createTestClient(t, server.url).users.list(page, never)).items.length, 500);
      assert.equal(server.requests.length, 2);
    });

    it(`${encoding}: an answer whose connection breaks is a body error`, async (t) => {
      const body = encode(json);
      const server = await startServer(t, (_request, response) => {
        response.writeHead(200, { 'content-encoding': encoding, 'content-length': body.length });
        response.write(body.subarray(0, body.length >> 1));
        setTimeout(() => response.destroy(), 5);
      });
      const client = createTestClient(t, server.url, { retry: { attemptsMax: 1 } });
      const error = await captureError(client.users.list(page, never));
      assert.equal(error.kind, 'body');
      assert.equal(error.isTransient, true);
    });

    it(`${encoding}: the text of a refusal is read`, async (t) => {
      const body = encode(Buffer.from('{"message":"no permission"}'));
      const server = await startServer(t, (_request, response) => {
        response.writeHead(403, { 'content-encoding': encoding }).end(body);
      });
      const error = await captureError(createTestClient(t, server.url).users.list(page, never));
      assert.match(error.message, /403 Forbidden: no permission$/);
    });
  }

  for (const encoding of ['gzip', 'br', 'zstd']) {
    it(`${encoding}: bytes that are something else are a body error`, async (t) => {
      const server = await startServer(t, (_request, response) => {
        response.writeHead(200, { 'content-encoding': encoding }).end(json);
      });
      const error = await captureError(createTestClient(t, server.url).users.list(page, never));
      assert.equal(error.kind, 'body');
      assert.equal(error.attempts, 4);
    });
  }

  it('an encoding that was not asked for is named', async (t) => {
    const server = await startServer(t, (_request, response) => {
      response.writeHead(200, { 'content-encoding': 'compress' }).end(json);
    });
    const error = await captureError(createTestClient(t, server.url).users.list(page, never));
    assert.match(error.message, /content-encoding that was not requested: compress$/);
    assert.equal(server.requests.length, 1);
  });

  it('a refusal whose text cannot be read is still a refusal', async (t) => {
    const server = await startServer(t, (_request, response) => {
      response.writeHead(403, { 'content-encoding': 'gzip' }).end('not gzip');
    });
    const error = await captureError(createTestClient(t, server.url).users.list(page, never));
    assert.equal(error.status, 403);
    assert.match(error.message, /answered 403 Forbidden$/);
  });
});
