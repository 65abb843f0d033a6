import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingMessage, type RequestOptions, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import pino from 'pino';
import { type HttpServerOptions, startHttpServer } from '../../../../src/baton/server/http/http-server.ts';
import { createConnectorServices } from '../../../../src/baton/services/connector-services.ts';
import { createLibrary } from '../../library-connector.ts';

const listTypes = '/c1.connector.v2.ResourceTypesService/ListResourceTypes';

async function start(t: TestContext, listen: HttpServerOptions['listen'] = { host: '127.0.0.1', port: 0 }) {
  const { address, drain } = await startHttpServer({
    services: createConnectorServices(createLibrary().connector, { provisioning: true, ticketing: false }),
    listen,
    logger: pino({ level: 'silent' }),
    drainTimeoutMs: 1000,
  });
  t.after(drain);
  const to = 'path' in address ? { socketPath: address.path } : { host: address.host, port: address.port };
  return {
    origin: 'path' in address ? 'http://localhost' : `http://127.0.0.1:${address.port}`,
    ask: async (options: RequestOptions, body = '') => {
      const [response] = (await once(request({ ...to, ...options }).end(body), 'response')) as [IncomingMessage];
      const { statusCode, headers } = response;
      return { status: statusCode, headers, body: await text(response) };
    },
  };
}

test('the root says how to call a method, and lists the methods', async (t) => {
  const { origin, ask } = await start(t);
  const { status, headers, body } = await ask({ path: '/' });
  assert.deepEqual([status, headers['content-type']], [200, 'text/plain; charset=utf-8']);
  assert.match(body, /^Call a method by POSTing JSON:\n {2}curl /);
  assert.ok(body.includes(`  curl -H 'content-type: application/json' -d '{}' ${origin}${listTypes}\n`), body);
  assert.ok(body.includes('\n  c1.connector.v2.GrantsService/ListGrants\n'));
  const head = await ask({ path: '/?x', method: 'HEAD' });
  assert.deepEqual([head.status, head.body], [200, '']);
});

test('the command that it says works', async (t) => {
  const { origin, ask } = await start(t);
  const { body } = await ask({ path: '/' });
  const [, type, data, url] = /curl -H 'content-type: (.*?)' -d '(.*?)' (\S+)/.exec(body) ?? [];
  const answer = await fetch(url ?? '', { method: 'POST', headers: { 'content-type': type ?? '' }, body: data ?? '' });
  assert.equal(answer.status, 200);
  assert.ok(url?.startsWith(origin));
  assert.match(await answer.text(), /"list":/);
});

for (const [what, options, status, said] of [
  ['a GET of a method', { path: listTypes }, 405, /^Methods take POST, not GET:\n {2}curl .*ListResourceTypes\n$/],
  [
    'an unknown method',
    { path: '/c1.connector.v2.X/Y' },
    404,
    /^No such method; GET \/ lists all methods\. For example:/,
  ],
  ['a POST to the root', { path: '/', method: 'POST' }, 404, /^No such method/],
  [
    'a POST of a form, as curl -d sends it',
    { path: listTypes, method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    415,
    /^Send JSON with its content type:\n {2}curl -H 'content-type: application\/json'/,
  ],
  ['a POST without a type', { path: listTypes, method: 'POST' }, 415, /^Send JSON/],
  [
    'JSON to a method that streams',
    { path: '/c1.connector.v2.AssetService/GetAsset', method: 'POST', headers: { 'content-type': 'application/json' } },
    415,
    /^This method streams: call it over gRPC/,
  ],
] as const) {
  test(`${what} is answered with what to do`, async (t) => {
    const { ask } = await start(t);
    const answer = await ask(options, 'method' in options ? '{}' : '');
    assert.equal(answer.status, status);
    assert.match(answer.body, said);
    assert.equal(answer.headers.allow, status === 405 ? 'POST' : undefined);
  });
}

test('over a Unix socket the command names the socket', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'explain-requests-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'http.sock');
  const { ask } = await start(t, { path });
  // What is no host is not repeated.
  const { body } = await ask({ path: '/', headers: { host: "x'$(y)" } });
  assert.ok(
    body.includes(`curl -H 'content-type: application/json' -d '{}' --unix-socket ${path} http://localhost/`),
    body,
  );
});

test('the command has a place for the token of a caller who sent one, and not the token', async (t) => {
  const { ask } = await start(t);
  const { body } = await ask({ path: '/', headers: { authorization: 'Bearer hunter2' } });
  assert.match(body, / {2}curl -H 'content-type: application\/json' -d '\{\}' -H "authorization: Bearer TOKEN" http:/);
  assert.doesNotMatch(body, /hunter2/);
});

test('requests of clients pass: JSON with a charset, binary, gRPC-Web', async (t) => {
  const { ask } = await start(t);
  for (const type of ['application/json; charset=utf-8', 'application/proto', 'application/grpc-web+proto']) {
    const body = type.includes('json') ? '{}' : '';
    const { status } = await ask({ path: listTypes, method: 'POST', headers: { 'content-type': type } }, body);
    assert.equal(status, 200, type);
  }
});
