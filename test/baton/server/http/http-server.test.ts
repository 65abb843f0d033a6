import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { type TestContext, test } from 'node:test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createConnectTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import pino from 'pino';
import { Agent, fetch } from 'undici';
import { GrantManagerService } from '#gen/c1/connector/v2/grant_pb.js';
import { ResourcesService } from '#gen/c1/connector/v2/resource_pb.js';
import { BadRequestSchema } from '#gen/google/rpc/error_details_pb.js';
import type { Connector } from '../../../../src/baton/author/connector.ts';
import { singlePage } from '../../../../src/baton/author/connector.ts';
import { ServiceError } from '../../../../src/baton/author/service-error.ts';
import { type HttpServerOptions, startHttpServer } from '../../../../src/baton/server/http/http-server.ts';
import { formatListenAddress } from '../../../../src/baton/server/listen-address.ts';
import { createConnectorServices } from '../../../../src/baton/services/connector-services.ts';
import { type ServiceEntry, serviceEntry } from '../../../../src/baton/services/service-entry.ts';
import { bookType, createLibrary } from '../../library-connector.ts';
import { EchoService } from '../echo-service.ts';
import type { LogLine } from '../test-server.ts';
import { tlsFixture } from '../tls-fixture.ts';
import { until } from '../until.ts';

function start(t: TestContext, connector: Connector, options: Partial<HttpServerOptions> = {}) {
  return serve(t, createConnectorServices(connector, { provisioning: true, ticketing: false }), options);
}

async function serve(t: TestContext, services: readonly ServiceEntry[], options: Partial<HttpServerOptions> = {}) {
  const server = await startHttpServer({
    services,
    listen: { host: '127.0.0.1', port: 0 },
    logger: pino({ level: 'silent' }),
    drainTimeoutMs: 1000,
    ...options,
  });
  t.after(() => server.drain());
  return `${options.tls ? 'https' : 'http'}://${formatListenAddress(server.address)}`;
}

/** As `curl -H 'content-type: application/json' -d …` posts it. */
async function post(url: string, method: string, body: unknown, dispatcher?: Agent) {
  const answer = await fetch(`${url}/c1.connector.v2.${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
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

for (const [encoding, compress] of [
  ['gzip', gzipSync],
  ['br', brotliCompressSync],
] as const) {
  test(`a request may be compressed with ${encoding}; one that is cut off is refused as the fault of its caller`, async (t) => {
    const url = await start(t, createLibrary().connector);
    const whole = compress('{}');
    for (const [body, expected] of [
      [whole, undefined],
      [whole.subarray(0, -1), 'invalid_argument'],
      [Buffer.from('not compressed'), 'invalid_argument'],
    ] as const) {
      const answer = await fetch(`${url}/c1.connector.v2.ResourceTypesService/ListResourceTypes`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-encoding': encoding, connection: 'close' },
        body,
      });
      const { code } = (await answer.json()) as { code?: string };
      assert.deepEqual([answer.status, code], [expected ? 400 : 200, expected]);
    }
  });
}

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
  const url = await start(t, createLibrary().connector, {
    tls: { cert: tlsFixture('server-certificate'), key: tlsFixture('server-key') },
  });
  const dispatcher = new Agent({ connect: { ca: tlsFixture('certificate-authority') } });
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
  const url = `http://${formatListenAddress(server.address)}`;
  const running = post(url, 'ResourcesService/ListResources', { resourceTypeId: 'book' });
  await called.promise;
  const drained = server.drain();
  await assert.rejects(post(url, 'ResourcesService/ListResources', { resourceTypeId: 'book' }), /fetch failed/);
  release.resolve();
  assert.equal((await running).status, 200);
  await drained;
});

/** Collects what a server logs, from the level at which it says how calls fail. */
function createLog() {
  const lines: LogLine[] = [];
  return { lines, logger: pino({ level: 'debug' }, { write: (line) => lines.push(JSON.parse(line)) }) };
}

test('a request that cannot be read is a line in the log', async (t) => {
  const { lines, logger } = createLog();
  const url = await start(t, createLibrary().connector, { logger });
  const { status, body } = await post(url, 'ResourcesService/ListResources', '{"pageSize": "many"}');
  assert.deepEqual([status, body.code], [400, 'invalid_argument']);
  await until('a line in the log', () => lines.length > 0);
  const [{ level, msg, code, method, peer, error, unreadable_requests }] = lines as [LogLine];
  assert.deepEqual(
    { level, msg, code, method, unreadable_requests },
    {
      level: 20,
      unreadable_requests: 1,
      msg: 'call failed',
      code: 'InvalidArgument',
      method: 'c1.connector.v2.ResourcesService/ListResources',
    },
  );
  assert.match(String(peer), /^127\.0\.0\.1:\d+$/);
  assert.match(String(error), /page_size/);
});

test('a response that cannot be written is a line in the log', async (t) => {
  const { lines, logger } = createLog();
  const list = () => ({ list: [{ displayName: 7 as unknown as string }] });
  const url = await serve(t, [serviceEntry(ResourcesService, { listResources: list })], { logger });
  assert.equal((await post(url, 'ResourcesService/ListResources', { resourceTypeId: 'book' })).status, 500);
  await until('a line about the failure', () => lines.some(({ msg }) => msg === 'call failed'));
});

test('a stream that fails in the middle delivers what came before, and is one line', async (t) => {
  const { lines, logger } = createLog();
  const entry = serviceEntry(EchoService, {
    async *many() {
      yield { value: 'first' };
      throw new ServiceError(Code.DataLoss, 'the rest is gone', { reason: 'rest' });
    },
  });
  const baseUrl = await serve(t, [entry], { logger });
  const client = createClient(EchoService, createConnectTransport({ baseUrl, httpVersion: '1.1' }));
  const received: string[] = [];
  const read = async () => {
    for await (const { value } of client.many({})) received.push(value);
  };
  await assert.rejects(read(), (error: unknown) => ConnectError.from(error).rawMessage === 'the rest is gone');
  assert.deepEqual(received, ['first']);
  assert.deepEqual(
    lines.map(({ msg, code, reason }) => [msg, code, reason]),
    [['call failed', 'DataLoss', 'rest']],
  );
});

const unknownAnnotation = { '@type': 'type.googleapis.com/library.v1.Shelf', rows: [1, 2], parent: { rows: [3] } };
const knownAnnotation = { '@type': 'type.googleapis.com/c1.connector.v2.SkipGrants' };

for (const annotations of [[unknownAnnotation], [knownAnnotation, unknownAnnotation, knownAnnotation]]) {
  test(`of ${annotations.length} annotations of a request, the one of an unknown type is skipped`, async (t) => {
    const received: unknown[] = [];
    const entry = serviceEntry(GrantManagerService, {
      grant: ({ principal, entitlement, annotations: own }) => {
        received.push(
          ...[own, principal?.annotations, entitlement?.resource?.annotations].map((list) =>
            list?.map(({ typeUrl }) => typeUrl),
          ),
        );
        return { annotations: own };
      },
    });
    const url = await serve(t, [entry]);
    const { status } = await post(url, 'GrantManagerService/Grant', {
      entitlement: { id: 'e', resource: { id: { resourceType: 'book', resource: 'b' }, annotations } },
      principal: { id: { resourceType: 'reader', resource: 'r' }, annotations },
      annotations,
    });
    assert.equal(status, 200);
    const kept = annotations.filter((annotation) => annotation === knownAnnotation).map((known) => known['@type']);
    assert.deepEqual(received, [kept, kept, kept]);
  });
}

test('an annotation without a type, or of a known type with other contents, still fails its request', async (t) => {
  const url = await start(t, createLibrary().connector);
  for (const annotation of [{ rows: 1 }, { '@type': 'type.googleapis.com/c1.connector.v2.ETag', value: 7 }]) {
    const { status } = await post(url, 'ResourcesService/ListResources', {
      resourceTypeId: 'book',
      annotations: [annotation],
    });
    assert.equal(status, 400);
  }
});

test('an annotation of the connector of a type that is not known here is its type alone', async (t) => {
  const any = { typeUrl: unknownAnnotation['@type'], value: new Uint8Array([8, 1]) };
  const url = await serve(t, [serviceEntry(ResourcesService, { listResources: () => ({ annotations: [any] }) })]);
  const { body } = await post(url, 'ResourcesService/ListResources', { resourceTypeId: 'book' });
  assert.deepEqual(body, { annotations: [{ '@type': any.typeUrl }] });
});
