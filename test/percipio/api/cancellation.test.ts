import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { captureError } from './capture-error.ts';
import { createTestClient, startServer } from './start-server.ts';

describe('an aborted signal', () => {
  it('ends a call before it is sent', async (t) => {
    const server = await startServer(t, (_request, response) => {
      response.end('[]');
    });
    const call = createTestClient(t, server.url).users.list({ max: 1, offset: 0 }, AbortSignal.abort());
    assert.equal((await captureError(call)).kind, 'aborted');
    assert.equal(server.requests.length, 0);
  });

  it('ends a call that waits for an answer, and the server sees its connection close', async (t) => {
    const abort = new AbortController();
    const closed = Promise.withResolvers<void>();
    const server = await startServer(t, (request) => {
      request.socket.on('close', closed.resolve);
      abort.abort();
    });
    const error = await captureError(createTestClient(t, server.url).users.list({ max: 1, offset: 0 }, abort.signal));
    assert.equal(error.kind, 'aborted');
    assert.match(error.message, /was cancelled$/);
    await closed.promise;
    assert.equal(server.requests.length, 1);
  });

  it('ends a call that reads its answer', async (t) => {
    const abort = new AbortController();
    const closed = Promise.withResolvers<void>();
    const server = await startServer(t, (request, response) => {
      request.socket.on('close', closed.resolve);
      response.write('[{"id":"a"}');
      setTimeout(() => abort.abort(), 5);
    });
    const error = await captureError(createTestClient(t, server.url).users.list({ max: 1, offset: 0 }, abort.signal));
    assert.equal(error.kind, 'aborted');
    await closed.promise;
  });

  for (const encoding of ['identity', 'gzip']) {
    it(`ends a report in the middle of its rows (${encoding})`, async (t) => {
      const abort = new AbortController();
      const closed = Promise.withResolvers<void>();
      const server = await startServer(t, (request, response) => {
        request.socket.on('close', closed.resolve);
        const rows = Buffer.from(`[${'{"a":1},'.repeat(100_000)}`);
        response.writeHead(200, { 'content-encoding': encoding });
        response.write(encoding === 'gzip' ? gzipSync(rows).subarray(0, -8) : rows);
      });
      const poll = await createTestClient(t, server.url).reports.poll('r1', abort.signal);
      assert.equal(poll.state, 'ready');
      const reading = (async () => {
        for await (const _piece of poll.body) abort.abort();
      })();
      assert.equal((await captureError(reading)).kind, 'aborted');
      await closed.promise;
    });
  }

  it('ends the wait before the next attempt', async (t) => {
    const abort = new AbortController();
    const server = await startServer(t, (_request, response) => {
      response.writeHead(503).end();
      setTimeout(() => abort.abort(), 5);
    });
    const client = createTestClient(t, server.url, { retry: { delayMinMs: 60_000, delayMaxMs: 60_000 } });
    const error = await captureError(client.users.list({ max: 1, offset: 0 }, abort.signal));
    assert.equal(error.kind, 'aborted');
    assert.equal(server.requests.length, 1);
  });

  it('ends a call that waits for a free connection, and leaves the others alone', async (t) => {
    const abort = new AbortController();
    const server = await startServer(t, (_request, response) => {
      setTimeout(() => abort.abort(), 5);
      abort.signal.addEventListener('abort', () => setImmediate(() => response.end('[]')));
    });
    const client = createTestClient(t, server.url, { maxConcurrentRequests: 1 });
    const first = client.users.list({ max: 1, offset: 0 }, new AbortController().signal);
    const second = client.users.list({ max: 1, offset: 1 }, abort.signal);
    assert.equal((await captureError(second)).kind, 'aborted');
    assert.deepEqual((await first).items, []);
    assert.equal(server.requests.length, 1);
  });

  it('is not listened to any longer once the call has ended', async (t) => {
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...args);
    };
    const server = await startServer(t, (_request, response, index) => {
      response.writeHead(index === 0 ? 403 : 200).end('[]');
    });
    const client = createTestClient(t, server.url);
    await captureError(client.users.list({ max: 1, offset: 0 }, signal));
    await client.users.list({ max: 1, offset: 0 }, signal);
    assert.equal(listeners, 0);
  });
});

describe('close', () => {
  it('ends the calls that are under way', async (t) => {
    const requested = Promise.withResolvers<void>();
    const server = await startServer(t, () => requested.resolve());
    const client = createTestClient(t, server.url);
    const call = captureError(client.users.list({ max: 1, offset: 0 }, new AbortController().signal));
    await requested.promise;
    await client.close();
    const error = await call;
    assert.equal(error.kind, 'aborted');
    assert.match(error.message, /the client is closed$/);
  });

  it('lets no later call begin, whether or not there was one before', async (t) => {
    const { signal } = new AbortController();
    for (const before of [0, 1]) {
      const server = await startServer(t, (_request, response) => {
        response.end('[]');
      });
      const client = createTestClient(t, server.url);
      if (before > 0) await client.users.list({ max: 1, offset: 0 }, signal);
      await client.close();
      const error = await captureError(client.users.list({ max: 1, offset: 0 }, signal));
      assert.equal(error.kind, 'aborted');
      assert.match(error.message, /the client is closed$/);
      assert.equal(server.requests.length, before);
    }
  });
});
