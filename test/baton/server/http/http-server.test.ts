import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { type TestContext, test } from 'node:test';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcWebTransport } from '@connectrpc/connect-node';
import pino from 'pino';
import { Agent, fetch } from 'undici';
import { ResourcesService } from '#gen/c1/connector/v2/resource_pb.js';
import { BadRequestSchema } from '#gen/google/rpc/error_details_pb.js';
import type { Connector } from '../../../../src/baton/author/connector.ts';
import { singlePage } from '../../../../src/baton/author/connector.ts';
import { type HttpServerOptions, startHttpServer } from '../../../../src/baton/server/http/http-server.ts';
import { createConnectorServices } from '../../../../src/baton/services/connector-services.ts';
import { bookType, createLibrary } from '../../library-connector.ts';

async function start(t: TestContext, connector: Connector, options: Partial<HttpServerOptions> = {}) {
  const server = await startHttpServer({
    services: createConnectorServices(connector, { provisioning: false, ticketing: false }),
    listen: { host: '127.0.0.1', port: 0 },
    logger: pino({ level: 'silent' }),
    drainTimeoutMs: 1000,
    ...options,
  });
  t.after(() => server.drain());
  return `${options.tls ? 'https' : 'http'}://127.0.0.1:${server.address.port}`;
}

/** As `curl -H 'content-type: application/json' -d …` posts it. */
async function post(url: string, method: string, body: unknown, dispatcher?: Agent) {
  const answer = await fetch(`${url}/c1.connector.v2.${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify(body),
    ...(dispatcher && { dispatcher }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

test('JSON in a POST is answered with JSON, annotations included', async (t) => {
  const url = await start(t, createLibrary().connector);
  const { status, body } = await post(url, 'ResourceTypesService/ListResourceTypes', {});
  assert.equal(status, 200);
  assert.deepEqual(body, {
    list: [
      {
        id: 'reader',
        displayName: 'Reader',
        traits: ['TRAIT_USER'],
        annotations: [{ '@type': 'type.googleapis.com/c1.connector.v2.SkipEntitlementsAndGrants' }],
      },
      { id: 'book', displayName: 'Book' },
    ],
  });
});

for (const [host, status] of [
  ['localhost:8090', 200],
  ['127.0.0.1', 200],
  ['[::1]:8090', 200],
  ['library.example:8090', 403],
  ['127.0.0.1.library.example', 403],
  ['a b', 403],
] as const) {
  test(`on loopback in plaintext, a request to the host ${host} is answered ${status}`, async (t) => {
    const url = await start(t, createLibrary().connector);
    const sent = request(`${url}/c1.connector.v2.ConnectorService/GetMetadata`, {
      method: 'POST',
      headers: { host, 'content-type': 'application/json', connection: 'close' },
    }).end('{}');
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    answer.resume();
    assert.equal(answer.statusCode, status);
  });
}

test('gRPC-Web is spoken too', async (t) => {
  const url = await start(t, createLibrary({ books: 5 }).connector);
  const client = createClient(ResourcesService, createGrpcWebTransport({ baseUrl: url, httpVersion: '1.1' }));
  const { list, nextPageToken } = await client.listResources({ resourceTypeId: 'book', pageSize: 3 });
  assert.equal(list.length, 3);
  assert.notEqual(nextPageToken, '');
});

test('a request that breaks a rule is refused with the field', async (t) => {
  const url = await start(t, createLibrary().connector);
  const { status, body } = await post(url, 'ResourcesService/ListResources', { resourceTypeId: 'book', pageSize: 251 });
  assert.equal(status, 400);
  assert.equal(body.code, 'invalid_argument');
  assert.match(String(body.message), /page_size: must be less than or equal to 250/);
  const client = createClient(ResourcesService, createGrpcWebTransport({ baseUrl: url, httpVersion: '1.1' }));
  const error = await client.listResources({ resourceTypeId: '' }).then(
    () => assert.fail('was answered'),
    (error: unknown) => ConnectError.from(error),
  );
  assert.equal(error.findDetails(BadRequestSchema)[0]?.fieldViolations[0]?.field, 'resource_type_id');
});

test('an error of a service keeps its code, an unexpected one its text to itself', async (t) => {
  const list = singlePage<never, unknown>(async () => {
    throw new Error('secret internals');
  });
  const url = await start(t, { metadata: { displayName: 'Broken' }, resourceTypes: [{ type: bookType, list }] });
  const unknown = await post(url, 'ResourcesService/ListResources', { resourceTypeId: 'cd' });
  assert.deepEqual([unknown.status, unknown.body.code], [404, 'not_found']);
  const broken = await post(url, 'ResourcesService/ListResources', { resourceTypeId: 'book' });
  assert.deepEqual(broken, { status: 500, body: { code: 'internal', message: 'Internal Server Error' } });
});

test('a caller that goes away aborts the signal of its call', async (t) => {
  const aborted = Promise.withResolvers<unknown>();
  const called = Promise.withResolvers<void>();
  const list = singlePage<never, unknown>(async (_request, { signal }) => {
    called.resolve();
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    aborted.resolve(signal.reason);
    throw signal.reason;
  });
  const url = await start(t, { metadata: { displayName: 'Slow' }, resourceTypes: [{ type: bookType, list }] });
  const client = createClient(ResourcesService, createGrpcWebTransport({ baseUrl: url, httpVersion: '1.1' }));
  const controller = new AbortController();
  const call = client.listResources({ resourceTypeId: 'book' }, { signal: controller.signal });
  await called.promise;
  controller.abort();
  await assert.rejects(call, (error: unknown) => ConnectError.from(error).code === Code.Canceled);
  await aborted.promise;
});

test('with certificates it speaks HTTPS', async (t) => {
  const fixture = (name: string) => readFileSync(new URL(`../../../fixtures/tls/${name}`, import.meta.url));
  const url = await start(t, createLibrary().connector, {
    tls: { cert: fixture('server-certificate.pem'), key: fixture('server-key.pem') },
  });
  const dispatcher = new Agent({ connect: { ca: fixture('certificate-authority.pem') } });
  t.after(() => dispatcher.close());
  const { status } = await post(url.replace('127.0.0.1', 'localhost'), 'ConnectorService/GetMetadata', {}, dispatcher);
  assert.equal(status, 200);
});

test('drain lets a running call end and takes no new connection', async () => {
  const release = Promise.withResolvers<void>();
  const called = Promise.withResolvers<void>();
  const list = singlePage<never, unknown>(async () => {
    called.resolve();
    await release.promise;
    return [];
  });
  const server = await startHttpServer({
    services: createConnectorServices(
      { metadata: { displayName: 'Slow' }, resourceTypes: [{ type: bookType, list }] },
      { provisioning: false, ticketing: false },
    ),
    listen: { host: '127.0.0.1', port: 0 },
    logger: pino({ level: 'silent' }),
    drainTimeoutMs: 60_000,
  });
  const url = `http://127.0.0.1:${server.address.port}`;
  const running = post(url, 'ResourcesService/ListResources', { resourceTypeId: 'book' });
  await called.promise;
  const drained = server.drain();
  await assert.rejects(post(url, 'ResourcesService/ListResources', { resourceTypeId: 'book' }), /fetch failed/);
  release.resolve();
  assert.equal((await running).status, 200);
  await drained;
});
