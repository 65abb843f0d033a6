import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Waits } from '../../../src/baton/net/waits.ts';
import { captureError } from './capture-error.ts';
import { createTestClient, listen, never, sendJson, startServer } from './start-server.ts';

const page = { max: 10, offset: 0 };

describe('retry', () => {
  for (const status of [429, 502, 503, 504]) {
    it(`sends a request again that was answered with ${status}`, async (t) => {
      const server = await startServer(t, (_request, response, index) => {
        if (index < 2) response.writeHead(status).end();
        else sendJson(response, [{ id: 'a' }], { 'x-total-count': '1' });
      });
      const client = createTestClient(t, server.url);
      const { items } = await client.users.list(page, never);
      assert.deepEqual(
        items.map((user) => user.id),
        ['a'],
      );
      assert.equal(server.requests.length, 3);
      assert.equal(client.statistics().retries, 2);
    });
  }

  it('knows that a request was not acted upon that was answered with 429, and does not know it of others', async (t) => {
    const server = await startServer(t, (_request, response, index) => {
      response.writeHead(index === 0 ? 429 : 503).end();
    });
    const client = createTestClient(t, server.url, { retry: { attemptsMax: 1 } });
    assert.equal((await captureError(client.users.list(page, never))).isUnprocessed, true);
    assert.equal((await captureError(client.users.list(page, never))).isUnprocessed, false);
  });

  for (const status of [301, 400, 401, 403, 404, 409, 422, 501]) {
    it(`does not send a request again that was answered with ${status}`, async (t) => {
      const server = await startServer(t, (_request, response) => {
        response.writeHead(status).end();
      });
      const error = await captureError(createTestClient(t, server.url).users.list(page, never));
      assert.equal(error.kind, 'http');
      assert.equal(error.status, status);
      assert.equal(error.isTransient, false);
      assert.equal(server.requests.length, 1);
    });
  }

  it('shows why it waits, and that it waits for a response', async (t) => {
    const waits = new Waits();
    const shown: unknown[] = [];
    const server = await startServer(t, (_request, response, index) => {
      shown.push(waits.list().map(({ what, state, atMostMs }) => [what, state, atMostMs]));
      if (index < 1) response.writeHead(503).end();
      else sendJson(response, [], { 'x-total-count': '0' });
    });
    await createTestClient(t, server.url, { waits }).users.list(page, never);
    const response = ['waiting for a response from Percipio', 'user-management', 10_000];
    assert.deepEqual(shown, [[response], [['Percipio answered 503', 'attempt 1 of 4', undefined], response]]);
    assert.deepEqual(waits.list(), []);
  });

  it('shows to other requests, too, that Percipio has asked for a pause', async (t) => {
    const waits = new Waits();
    const server = await startServer(t, (_request, response) => {
      response.writeHead(429, { 'retry-after': '60' }).end();
    });
    const client = createTestClient(t, server.url, { waits, retry: { attemptsMax: 1 } });
    await captureError(client.users.list(page, never));
    const stop = new AbortController();
    const second = captureError(client.users.list(page, stop.signal));
    const [wait] = waits.list();
    assert.equal(wait?.what, 'Percipio asked to wait 60 s (429)');
    const inMs = (wait?.retryAtMs ?? 0) - Date.now();
    assert.ok(inMs > 0 && inMs <= 60_000, `trying again in ${inMs} ms`);
    stop.abort();
    await second;
    assert.deepEqual(waits.list(), []);
  });

  it('gives up after attemptsMax, and says so', async (t) => {
    const server = await startServer(t, (_request, response) => {
      response.writeHead(503).end('overloaded');
    });
    const error = await captureError(createTestClient(t, server.url).users.list(page, never));
    assert.equal(server.requests.length, 4);
    assert.equal(error.attempts, 4);
    assert.equal(error.isTransient, true);
    assert.match(
      error.message,
      /^GET http.*users\?max=10&offset=0 answered 503 Service Unavailable: overloaded \(after 4 attempts\)$/,
    );
  });

  it('sends a request again whose connection was reset before an answer', async (t) => {
    const server = await startServer(t, (request, response, index) => {
      if (index === 0) request.socket.resetAndDestroy();
      else sendJson(response, []);
    });
    assert.deepEqual((await createTestClient(t, server.url).users.list(page, never)).items, []);
    assert.equal(server.requests.length, 2);
  });

  it('sends a request again whose answer was cut off', async (t) => {
    const server = await startServer(t, (_request, response, index) => {
      if (index === 0) {
        response.writeHead(200, { 'content-length': '100' }).write('[{"id":');
        setImmediate(() => response.destroy());
      } else sendJson(response, [{ id: 'a' }]);
    });
    assert.equal((await createTestClient(t, server.url).users.list(page, never)).items.length, 1);
    assert.equal(server.requests.length, 2);
  });

  for (const [name, body] of [
    ['an empty body', ''],
    ['JSON that ends too early', '[{"id":"a"},{"id'],
  ] as const) {
    it(`sends a request again that was answered with ${name}, for something on the way cut it off`, async (t) => {
      const server = await startServer(t, (_request, response) => {
        response.end(body);
      });
      const error = await captureError(createTestClient(t, server.url).users.list(page, never));
      assert.equal(error.kind, 'body');
      assert.equal(error.attempts, 4);
    });
  }

  it('sends a request again that was answered with a web page, and shows the start of it', async (t) => {
    const server = await startServer(t, (_request, response) => {
      response.end('<html><head><title>Sign in</title></head><body><p>to the corporate proxy</p></body></html>');
    });
    const error = await captureError(createTestClient(t, server.url).users.list(page, never));
    assert.equal(error.kind, 'body');
    assert.equal(server.requests.length, 4);
    assert.match(error.message, /is not JSON: Sign in: to the corporate proxy \(after 4 attempts\)$/);
  });

  it('says that nothing listens, after having tried', async (t) => {
    const { createServer } = await import('node:net');
    const closed = createServer();
    const port = await listen(t, closed);
    await new Promise((resolve) => closed.close(resolve));
    const error = await captureError(createTestClient(t, `http://127.0.0.1:${port}`).users.list(page, never));
    assert.equal(error.kind, 'network');
    assert.equal(error.attempts, 4);
    assert.equal(error.isUnprocessed, true);
    assert.match(error.message, /could not connect: nothing is listening at that address \(.*ECONNREFUSED/);
  });

  it('waits as long as Retry-After says', async (t) => {
    const times: number[] = [];
    const server = await startServer(t, (_request, response, index) => {
      times.push(performance.now());
      if (index === 0) response.writeHead(429, { 'retry-after': '0.05' }).end();
      else sendJson(response, []);
    });
    await createTestClient(t, server.url).users.list(page, never);
    const [first = 0, second = 0] = times;
    assert.ok(second - first >= 45, `waited ${second - first} ms`);
  });

  it('does not wait longer than retryAfterMaxMs, but tells the wait to the caller', async (t) => {
    const server = await startServer(t, (_request, response) => {
      response
        .writeHead(429, { 'retry-after': '3600', 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '0' })
        .end();
    });
    const error = await captureError(createTestClient(t, server.url).users.list(page, never));
    assert.equal(server.requests.length, 1);
    assert.equal(error.retryAfterMs, 3_600_000);
    assert.equal(error.rateLimit?.limit, 100);
    assert.equal(error.rateLimit?.remaining, 0);
  });

  it('repeats the request for a report as well', async (t) => {
    const server = await startServer(t, (_request, response, index) => {
      if (index === 0) response.writeHead(503).end();
      else sendJson(response, { id: 'r', status: 'PENDING' });
    });
    const request = { timeFrame: 'DAY', contentType: 'Course' } as const;
    const { value } = await createTestClient(t, server.url).reports.requestLearningActivity(request, never);
    assert.equal(value.id, 'r');
    assert.equal(server.requests.length, 2);
  });
});
