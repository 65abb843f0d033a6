// Who may call, over gRPC and over HTTP.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type ConnectError, createClient, type Transport } from '@connectrpc/connect';
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
  Http2SessionManager,
} from '@connectrpc/connect-node';
import pino from 'pino';
import { fetch } from 'undici';
import { Health } from '#gen/grpc/health/v1/health_pb.js';
import { ServerReflection } from '#gen/grpc/reflection/v1/reflection_pb.js';
import { Code } from '../../../../src/baton/author/service-error.ts';
import { CallerGuard, type CallerGuardOptions } from '../../../../src/baton/server/callers/caller-guard.ts';
import { startGrpcServer } from '../../../../src/baton/server/grpc/grpc-server.ts';
import { startHttpServer } from '../../../../src/baton/server/http/http-server.ts';
import { formatListenAddress } from '../../../../src/baton/server/listen-address.ts';
import { MutualTlsCredentials, mutualTlsOptions } from '../../../../src/baton/server/tls/mutual-tls.ts';
import { serviceEntry } from '../../../../src/baton/services/service-entry.ts';
import { EchoService } from '../echo-service.ts';
import { failureOf } from '../failure-of.ts';
import type { LogLine } from '../test-server.ts';
import { tlsFixture } from '../tls-fixture.ts';

const token = 'correct-horse-battery-staple-4711';

const namedServer = {
  cert: tlsFixture('second-server-certificate'),
  key: tlsFixture('second-server-key'),
  clientCa: tlsFixture('second-authority'),
};
const namedClient = {
  ca: tlsFixture('second-authority'),
  cert: tlsFixture('named-client-certificate'),
  key: tlsFixture('named-client-key'),
};

interface Served {
  /** Of a caller that sends these headers. */
  readonly transport: Transport;
  readonly lines: LogLine[];
  /** How many calls reached the service. */
  served(): number;
}

interface ServeOptions extends Omit<CallerGuardOptions, 'logger'> {
  readonly hasTls?: boolean;
}

/** Serves an echo to callers that the options permit. */
async function serveGrpc(t: TestContext, { hasTls = false, ...options }: ServeOptions): Promise<Served> {
  const { common, lines, served } = prepare(options);
  const server = await startGrpcServer({
    ...common,
    ...(hasTls && { credentials: new MutualTlsCredentials(namedServer) }),
  });
  const baseUrl = `${hasTls ? 'https' : 'http'}://${formatListenAddress(server.address)}`;
  const sessionManager = new Http2SessionManager(baseUrl, {}, hasTls ? namedClient : undefined);
  t.after(async () => {
    sessionManager.abort();
    await server.close();
  });
  return { transport: createGrpcTransport({ baseUrl, sessionManager }), lines, served };
}

async function serveHttp(
  t: TestContext,
  { hasTls = false, ...options }: ServeOptions,
  createTransport: typeof createConnectTransport = createConnectTransport,
): Promise<Served & { readonly url: string }> {
  const { common, lines, served } = prepare(options);
  const server = await startHttpServer({ ...common, tls: hasTls ? mutualTlsOptions(namedServer) : undefined });
  t.after(() => server.drain());
  const url = `${hasTls ? 'https' : 'http'}://${formatListenAddress(server.address)}`;
  const transport = createTransport({
    baseUrl: url,
    httpVersion: '1.1',
    nodeOptions: { agent: false, ...(hasTls && namedClient) },
  });
  return { transport, lines, served, url };
}

function prepare(options: Omit<CallerGuardOptions, 'logger'>) {
  const lines: LogLine[] = [];
  const logger = pino({ level: 'trace' }, { write: (line) => void lines.push(JSON.parse(line)) });
  let calls = 0;
  const echo = serviceEntry(EchoService, {
    one: (request) => {
      calls++;
      return request;
    },
    collect: async (requests) => {
      calls++;
      for await (const request of requests) return request;
      return {};
    },
  });
  const common = {
    services: [echo],
    listen: { host: '127.0.0.1', port: 0 },
    logger,
    callers: new CallerGuard({ ...options, logger }),
    drainTimeoutMs: 1000,
  };
  return { common, lines, served: () => calls };
}

const carriers: Readonly<Record<string, (t: TestContext, options: ServeOptions) => Promise<Served>>> = {
  gRPC: serveGrpc,
  Connect: serveHttp,
};

function echo({ transport }: Served, authorization?: string): Promise<{ readonly value: string }> {
  const headers = authorization === undefined ? {} : { authorization };
  return createClient(EchoService, transport).one({ value: 'hello' }, { headers });
}

function warningsOf({ lines }: Served): LogLine[] {
  return lines.filter(({ level }) => level >= 40);
}

for (const [carrier, serve] of Object.entries(carriers)) {
  test(`${carrier}: a caller with the token is served, whatever the case of the scheme`, async (t) => {
    const server = await serve(t, { token: () => token });
    for (const scheme of ['Bearer', 'bearer', 'BEARER ']) {
      assert.equal((await echo(server, `${scheme} ${token}`)).value, 'hello');
    }
    assert.deepEqual(warningsOf(server), []);
  });

  test(`${carrier}: a caller without the token is told how to send it, and one with another that it is wrong`, async (t) => {
    const server = await serve(t, { token: () => token });
    const missing = await failureOf(echo(server));
    assert.deepEqual(
      [missing.code, missing.rawMessage],
      [
        Code.Unauthenticated,
        'this server requires a token (--caller-token-file): send it as authorization: Bearer TOKEN',
      ],
    );
    for (const wrong of [`Bearer ${token}x`, `Bearer ${token.slice(1)}`, 'Bearer x']) {
      const failure = await failureOf(echo(server, wrong));
      assert.deepEqual(
        [failure.code, failure.rawMessage],
        [Code.Unauthenticated, 'the token does not match that of this server (--caller-token-file)'],
      );
    }
    for (const other of [token, `Basic ${token}`, 'Bearer', `Bearer ${token} ${token}`, `Bearer ${token}, Bearer x`]) {
      const failure = await failureOf(echo(server, other));
      assert.equal(failure.code, Code.Unauthenticated, other);
      assert.match(failure.rawMessage, /^authorization must be Bearer TOKEN/);
    }
    assert.equal(server.served(), 0);
  });

  test(`${carrier}: refusals are logged, without the token, and not one by one`, async (t) => {
    const server = await serve(t, { token: () => token });
    for (let i = 0; i < 20; i++) await failureOf(echo(server, `Bearer ${token}${i}`));
    await failureOf(echo(server));
    const lines = warningsOf(server);
    assert.deepEqual(
      lines.map(({ msg, reason, path }) => [msg, reason, path]),
      [
        ['refused a call', 'caller_token_invalid', '/test.EchoService/One'],
        ['refused a call', 'caller_token_missing', '/test.EchoService/One'],
      ],
    );
    assert.match(String(lines[0]?.peer), /^127\.0\.0\.1:\d+$/);
    assert.ok(!JSON.stringify(server.lines).includes(token));
  });

  test(`${carrier}: a changed token is the one that counts`, async (t) => {
    let current = token;
    const server = await serve(t, { token: () => current });
    await echo(server, `Bearer ${token}`);
    current = `${token}-2`;
    assert.equal((await failureOf(echo(server, `Bearer ${token}`))).code, Code.Unauthenticated);
    await echo(server, `Bearer ${current}`);
  });

  test(`${carrier}: a client whose certificate has one of the names is served`, async (t) => {
    for (const name of ['sync.baton.test', 'SYNC.Baton.Test', 'spiffe://baton.test/sync']) {
      const server = await serve(t, { hasTls: true, clientNames: ['other.test', name] });
      assert.equal((await echo(server)).value, 'hello', name);
    }
  });

  test(`${carrier}: a client whose certificate has none of the names is refused with those that it has`, async (t) => {
    const names = ['baton.test', '*.baton.test', 'forged.baton.test', 'SPIFFE://baton.test/sync', 'sync@baton.test'];
    const server = await serve(t, { hasTls: true, clientNames: names });
    const failure = await failureOf(echo(server));
    assert.deepEqual(
      [failure.code, failure.rawMessage],
      [
        Code.PermissionDenied,
        'the client certificate has none of the names that this server accepts (--tls-client-names): it has only sync.baton.test, spiffe://baton.test/sync, https://baton.test/a,DNS:forged.baton.test',
      ],
    );
    assert.equal(server.served(), 0);
    assert.deepEqual(
      warningsOf(server).map(({ reason }) => reason),
      ['client_name_refused'],
    );
  });

  test(`${carrier}: names and a token are both required`, async (t) => {
    const server = await serve(t, { hasTls: true, clientNames: ['sync.baton.test'], token: () => token });
    assert.equal((await failureOf(echo(server))).code, Code.Unauthenticated);
    await echo(server, `Bearer ${token}`);
  });
}

test('a name is required of a caller without a certificate, too', async (t) => {
  const failure = await failureOf(echo(await serveGrpc(t, { clientNames: ['sync.baton.test'] })));
  assert.equal(failure.code, Code.PermissionDenied);
  assert.match(failure.rawMessage, /it has no DNS name and no URI$/);
});

test('health needs no token, and reflection does', async (t) => {
  const { transport } = await serveGrpc(t, { token: () => token });
  assert.equal((await createClient(Health, transport).check({})).status, 1);
  async function* noRequests() {}
  const reflect = async (headers: Record<string, string>) => {
    const responses = createClient(ServerReflection, transport).serverReflectionInfo(noRequests(), { headers });
    for await (const _ of responses) assert.fail('nothing was asked');
  };
  assert.equal((await failureOf(reflect({}))).code, Code.Unauthenticated);
  await reflect({ authorization: `Bearer ${token}` });
});

test('gRPC: a call is refused before its request is complete, and the connection serves other calls', async (t) => {
  const server = await serveGrpc(t, { token: () => token });
  const { promise, resolve } = Promise.withResolvers<void>();
  async function* endless() {
    yield { value: 'x'.repeat(1_000_000) };
    await promise;
  }
  const failure = await failureOf(createClient(EchoService, server.transport).collect(endless()));
  resolve();
  assert.equal(failure.code, Code.Unauthenticated);
  assert.equal(
    (await failureOf(createClient(EchoService, server.transport).one({ value: 'x'.repeat(3_000_000) }))).code,
    Code.Unauthenticated,
  );
  assert.equal(server.served(), 0);
  await echo(server, `Bearer ${token}`);
});

test('HTTP: 401 as curl sees it, for whatever is requested', async (t) => {
  const { url } = await serveHttp(t, { token: () => token });
  for (const path of ['/test.EchoService/One', '/', '/grpc.health.v1.Health/x']) {
    const headers = { 'content-type': 'application/json', connection: 'close' };
    const answer = await fetch(url + path, { method: 'POST', headers, body: '{}' });
    assert.deepEqual(
      [answer.status, answer.headers.get('www-authenticate'), answer.headers.get('content-type')],
      [401, 'Bearer', 'application/json'],
    );
    const { code, message } = (await answer.json()) as Record<string, string>;
    assert.equal(code, 'unauthenticated');
    assert.match(message ?? '', /^this server requires a token/);
  }
});

test('gRPC-Web: a caller without the token gets the code', async (t) => {
  const server = await serveHttp(t, { token: () => token }, createGrpcWebTransport);
  const failure: ConnectError = await failureOf(echo(server));
  assert.equal(failure.code, Code.Unauthenticated);
  await echo(server, `Bearer ${token}`);
});
