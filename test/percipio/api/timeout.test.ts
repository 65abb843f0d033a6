import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { captureError } from './capture-error.ts';
import { createTestClient, never, sendJson, startServer } from './start-server.ts';

describe('requestTimeoutMs', () => {
  it('bounds the wait for an answer, after which the request is sent again on another connection', async (t) => {
    const server = await startServer(t, (_request, response, index) => {
      if (index > 0) sendJson(response, [{ id: 'a' }]);
    });
    const client = createTestClient(t, server.url, { requestTimeoutMs: 300 });
    assert.equal((await client.users.list({ max: 1, offset: 0 }, never)).items.length, 1);
    assert.ok(server.sockets.length >= 2);
  });

  it('bounds the whole of an ordinary answer, however steadily it drips', async (t) => {
    const server = await startServer(t, (_request, response) => {
      const drip = setInterval(() => response.write(' '), 5);
      response.on('close', () => clearInterval(drip));
    });
    const client = createTestClient(t, server.url, { requestTimeoutMs: 300, retry: { attemptsMax: 1 } });
    const error = await captureError(client.users.list({ max: 1, offset: 0 }, never));
    assert.equal(error.kind, 'timeout');
    assert.equal(error.isTransient, true);
    assert.match(error.message, /got only a part of the response within 300 ms$/);
  });

  it('bounds the wait for the headers of a report', async (t) => {
    const server = await startServer(t, () => {});
    const client = createTestClient(t, server.url, { requestTimeoutMs: 50, retry: { attemptsMax: 1 } });
    const error = await captureError(client.reports.poll('r1', never));
    assert.equal(error.kind, 'timeout');
    assert.match(error.message, /got no response within 50 ms$/);
  });

  it('does not bound the whole of a report', async (t) => {
    const server = await startServer(t, (_request, response) => {
      let rows = 0;
      response.write('[1');
      const drip = setInterval(() => {
        rows += 1;
        response.write(',1');
        if (rows === 20) {
          clearInterval(drip);
          response.end(']');
        }
      }, 20);
      response.on('close', () => clearInterval(drip));
    });
    const client = createTestClient(t, server.url, { requestTimeoutMs: 300 });
    const startMs = performance.now();
    const poll = await client.reports.poll('r1', never);
    assert.equal(poll.state, 'ready');
    let bytes = 0;
    for await (const piece of poll.body) bytes += piece.length;
    assert.equal(bytes, 43);
    assert.ok(performance.now() - startMs > 300);
  });

  it('bounds the wait for the next piece of a report', async (t) => {
    const server = await startServer(t, (_request, response) => {
      response.write('[{"a":1}');
    });
    const client = createTestClient(t, server.url, { requestTimeoutMs: 300 });
    const poll = await client.reports.poll('r1', never);
    assert.equal(poll.state, 'ready');
    const reading = (async () => {
      for await (const _piece of poll.body);
    })();
    const error = await captureError(reading);
    assert.equal(error.kind, 'timeout');
    assert.match(error.message, /stalled in the middle of its response after 8 bytes/);
  });

  it('does not count the time that the reader of a report takes', async (t) => {
    const rows = `[${'{"a":1},'.repeat(200_000)}0]`;
    const server = await startServer(t, (_request, response) => {
      response.end(rows);
    });
    const client = createTestClient(t, server.url, { requestTimeoutMs: 300 });
    const poll = await client.reports.poll('r1', never);
    assert.equal(poll.state, 'ready');
    let bytes = 0;
    for await (const piece of poll.body) {
      if (bytes === 0) await new Promise((resolve) => setTimeout(resolve, 600));
      bytes += piece.length;
    }
    assert.equal(bytes, rows.length);
  });
});
