import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTestClient, never, sendJson, startCountingServer, startServer } from './start-server.ts';

const page = { max: 1, offset: 0 };

describe('connections', () => {
  it('are used again', async (t) => {
    const server = await startServer(t, (_request, response) => sendJson(response, []));
    const client = createTestClient(t, server.url);
    for (let count = 0; count < 5; count += 1) await client.users.list(page, never);
    assert.equal(server.requests.length, 5);
    // Two, since undici opens another one while it makes sure that the idle one is still alive.
    assert.ok(server.sockets.length <= 2, `${server.sockets.length} connections`);
  });

  it('are used again after a refusal, whose text was read', async (t) => {
    const server = await startServer(t, (_request, response, index) => {
      if (index === 0) response.writeHead(503).end('x'.repeat(5000));
      else sendJson(response, []);
    });
    await createTestClient(t, server.url).users.list(page, never);
    assert.equal(server.requests.length, 2);
    assert.equal(server.sockets.length, 1);
  });

  it('maxConcurrentRequests: carry no more requests than that at a time', async (t) => {
    const server = await startCountingServer(t);
    const client = createTestClient(t, server.url, { maxConcurrentRequests: 3 });
    await Promise.all(Array.from({ length: 12 }, () => client.users.list(page, never)));
    assert.equal(server.mostAtOnce(), 3);
  });

  it('maxConcurrentRequests: a report that is being read takes none of them', async (t) => {
    const server = await startServer(t, (request, response) => {
      if (request.url?.includes('report-requests')) response.write('[{"a":1}');
      else sendJson(response, []);
    });
    const client = createTestClient(t, server.url, { maxConcurrentRequests: 1 });
    const report = await client.reports.poll('r1', never);
    assert.deepEqual((await client.users.list(page, never)).items, []);
    assert.equal(report.state, 'ready');
    report.body.cancel();
  });

  it('are ended by a refusal that has no end', async (t) => {
    const closed = Promise.withResolvers<void>();
    const server = await startServer(t, (request, response) => {
      request.socket.on('close', closed.resolve);
      response.writeHead(403);
      const flood = setInterval(() => response.write('x'.repeat(8192)), 1);
      response.on('close', () => clearInterval(flood));
    });
    await assert.rejects(createTestClient(t, server.url).users.list(page, never), /answered 403 Forbidden: x{199}…$/);
    await closed.promise;
  });
});

describe('statistics', () => {
  it('count what was refused to the token', async (t) => {
    const statuses = [401, 404, 403, 200];
    const server = await startServer(t, (_request, response, index) => {
      response.writeHead(statuses[index] ?? 500).end('[]');
    });
    const client = createTestClient(t, server.url);
    for (const _status of statuses) await client.users.list(page, never).catch(() => {});
    assert.equal(client.statistics().refusals, 2);
  });

  it('count requests by family, retries, and bytes', async (t) => {
    const server = await startServer(t, (_request, response, index) => {
      if (index === 0) response.writeHead(503).end();
      else sendJson(response, []);
    });
    const client = createTestClient(t, server.url);
    await client.users.list(page, never);
    await client.content.listCatalog({ max: 1 }, never);
    const before = client.statistics();
    await client.probes.probe('content-discovery', never);
    assert.deepEqual(before, {
      requests: { 'user-management': 2, 'content-discovery': 1, reporting: 0, common: 0 },
      retries: 1,
      refusals: 0,
      receivedBytes: 4,
      decodedBytes: 4,
    });
    assert.equal(client.statistics().requests['content-discovery'], 2);
  });
});
