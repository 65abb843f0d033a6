import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { Code, ServiceError } from '../../../../src/baton/author/service-error.ts';
import { type AskHealthOptions, askHealth } from '../../../../src/baton/server/health/ask-health.ts';

/** Answers with a status and a body, or not at all, and keeps what was asked. */
async function start(t: TestContext, answer?: readonly [number, string]) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (answer) response.writeHead(answer[0]).end(answer[1]);
    else server.emit('asked');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { server, asked, port: portOf(server) };
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function ask(port: number, options: Partial<AskHealthOptions> = {}): Promise<void> {
  const { signal } = new AbortController();
  return askHealth({ address: { host: '127.0.0.1', port }, endpoint: 'health', timeoutMs: 60_000, signal, ...options });
}

async function failureOf(asked: Promise<void>): Promise<ServiceError> {
  const error = await asked.then(
    () => assert.fail('was well'),
    (error: unknown) => error,
  );
  assert.ok(error instanceof ServiceError, String(error));
  assert.equal(error.code, Code.Unavailable);
  return error;
}

test('200 is well, and the path is the endpoint', async (t) => {
  const { asked, port } = await start(t, [200, '']);
  for (const endpoint of ['health', 'ready', 'live'] as const) await ask(port, { endpoint });
  assert.deepEqual(asked, ['GET /health', 'GET /ready', 'GET /live']);
});

test('who listens on all addresses is asked on this machine', async (t) => {
  const { asked, port } = await start(t, [503, '']);
  const { message } = await failureOf(ask(port, { address: { host: '0.0.0.0', port } }));
  assert.match(message, new RegExp(`http://127\\.0\\.0\\.1:${port}/health responded with 503$`));
  assert.equal(asked.length, 1);
});

for (const [body, said] of [
  ['{"status":"not_ready","timestamp":"2026-01-01T00:00:00Z","details":{"error":"stopping"}}', ': not_ready: stopping'],
  ['{"status":"unhealthy"}', ': unhealthy'],
  ['<html>no</html>\n', ': <html>no</html>'],
  ['null', ': null'],
  ['', ''],
] as const) {
  test(`503 with the body ${JSON.stringify(body)} is told with what the body says`, async (t) => {
    const { port } = await start(t, [503, body]);
    const { message, reason } = await failureOf(ask(port));
    assert.equal(message, `[unavailable] http://127.0.0.1:${port}/health responded with 503${said}`);
    assert.equal(reason, 'unhealthy');
  });
}

test('that nobody listens is told with what to look at', async () => {
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const port = portOf(free);
  await new Promise((resolve) => free.close(resolve));
  const { message } = await failureOf(ask(port));
  assert.match(message, /cannot query http:.*ECONNREFUSED.*; is a connector running there with --health-check\?$/);
});

test('an answer that does not come in time is a failure', async (t) => {
  const { port } = await start(t);
  assert.match((await failureOf(ask(port, { timeoutMs: 2 }))).message, /no response within 0\.002 s$/);
});

test('the signal ends it with its reason', async (t) => {
  const { server, port } = await start(t);
  const stop = new AbortController();
  const asked = ask(port, { signal: stop.signal });
  await once(server, 'asked');
  stop.abort(new Error('stopped'));
  await assert.rejects(asked, /^Error: stopped$/);
});
