import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { type TestContext, test } from 'node:test';
import { ServerCredentials } from '@grpc/grpc-js';
import { ResourceTypesService } from '#gen/c1/connector/v2/resource_pb.js';
import { createConnection, type TlsOptions } from '../../../src/baton/harness/connection.ts';
import { runHarness } from '../../../src/baton/harness/run-harness.ts';
import { startGrpcServer } from '../../../src/baton/server/grpc/grpc-server.ts';
import type { ListenAddress } from '../../../src/baton/server/listen-address.ts';
import { formatListenAddress } from '../../../src/baton/server/listen-address.ts';
import { MutualTlsCredentials } from '../../../src/baton/server/tls/mutual-tls.ts';
import { serviceEntry } from '../../../src/baton/services/service-entry.ts';
import { assertFailed, judgeAddress, resultOf, serve, silent } from './judge-connector.ts';
import { createFullServices } from './sound-connector.ts';

const pem = (name: string) => readFileSync(new URL(`../../fixtures/tls/${name}.pem`, import.meta.url), 'utf8');

/** What the harness says of a way to a connector that there is not. */
async function explain(t: TestContext, address: ListenAddress, tls?: TlsOptions, callTimeoutMs = 30_000) {
  const report = await judgeAddress(t, address, { connect: () => createConnection(address, tls), callTimeoutMs });
  const { outcome, detail } = resultOf(report, 'connector-answers');
  assert.equal(outcome, 'failed');
  assert.equal(resultOf(report, 'metadata-valid').detail, 'no connector responds');
  return detail;
}

async function listen(t: TestContext, server: Server): Promise<ListenAddress> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

async function serveTls(t: TestContext, credentials: ServerCredentials): Promise<ListenAddress> {
  const server = await startGrpcServer({
    services: createFullServices(),
    listen: { host: '127.0.0.1', port: 0 },
    logger: silent,
    credentials,
    drainTimeoutMs: 60_000,
  });
  t.after(() => server.close());
  return server.address;
}

const serverOnly = () =>
  ServerCredentials.createSsl(null, [
    { cert_chain: Buffer.from(pem('server-certificate')), private_key: Buffer.from(pem('server-key')) },
  ]);
const mutual = () =>
  new MutualTlsCredentials({
    cert: pem('mutual-server-certificate'),
    key: pem('mutual-server-key'),
    clientCa: pem('mutual-authority'),
  });

test('nothing listens at the address', async (t) => {
  const server = createServer();
  const address = await listen(t, server);
  server.close();
  await once(server, 'close');
  assert.equal(
    await explain(t, address),
    `nothing is listening on ${formatListenAddress(address)}: start the connector's server, or correct the address (ECONNREFUSED)`,
  );
});

test('an HTTP/1.1 server', async (t) => {
  const address = await listen(
    t,
    createHttpServer((_request, response) => response.end('hello')),
  );
  assert.match(await explain(t, address), /^the server on \S+ is not a plaintext gRPC server: if it uses TLS/);
});

test('an HTTP/2 server that speaks no gRPC', async (t) => {
  const server = createHttp2Server((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('hello');
  });
  assert.match(await explain(t, await listen(t, server)), /^the server on \S+ is not a gRPC server \(.*text\/html/);
});

test('a gRPC server that is no connector', async (t) => {
  const address = await serve(t, []);
  assert.match(
    await explain(t, address),
    /is a gRPC server but not a Baton connector: GetMetadata and ListResourceTypes are UNIMPLEMENTED/,
  );
});

test('a connector without GetMetadata is a connector all the same', async (t) => {
  const address = await serve(t, [serviceEntry(ResourceTypesService, { listResourceTypes: () => ({}) })]);
  const report = await judgeAddress(t, address);
  assert.equal(resultOf(report, 'connector-answers').outcome, 'passed');
  assertFailed(report, {
    'metadata-valid': /GetMetadata failed with UNIMPLEMENTED/,
    'validate-answers': /UNIMPLEMENTED/,
  });
});

test('a server that takes connections and never answers', async (t) => {
  const address = await listen(
    t,
    createServer((socket) => {
      socket.on('error', () => {});
      t.after(() => socket.destroy());
    }),
  );
  assert.match(await explain(t, address, undefined, 50), /did not respond to GetMetadata within --call-timeout/);
});

test('plaintext to a server that wants TLS', async (t) => {
  const text = await explain(t, await serveTls(t, serverOnly()));
  assert.match(text, /is not a plaintext gRPC server: if it uses TLS, pass its authority with --tls-ca/);
});

test('TLS to a server in plaintext', async (t) => {
  const text = await explain(t, await serve(t, createFullServices()), { ca: pem('certificate-authority') });
  assert.match(text, /^the server on \S+ does not use TLS/);
});

test('a certificate of an authority that is not trusted', async (t) => {
  const text = await explain(t, await serveTls(t, serverOnly()), {});
  assert.match(text, /is not from a trusted authority: pass the authority's file with --tls-ca/);
});

test('a certificate for another name', async (t) => {
  const tls = { ca: pem('certificate-authority'), serverName: 'library.test' };
  const text = await explain(t, await serveTls(t, serverOnly()), tls);
  assert.match(text, /is for another name: pass that name with --tls-server-name/);
});

test('a server that wants a certificate, and gets none or a stranger’s', async (t) => {
  const address = await serveTls(t, mutual());
  const ca = pem('mutual-authority');
  const stranger = { ca, cert: pem('stranger-client-certificate'), key: pem('stranger-client-key') };
  for (const tls of [{ ca }, stranger]) {
    assert.match(await explain(t, address, tls), /requires a (?:trusted )?client certificate.*--tls-cert/);
  }
});

test('with the certificates that both sides want, the connector is checked', async (t) => {
  const address = await serveTls(t, mutual());
  const tls = {
    ca: pem('mutual-authority'),
    cert: pem('mutual-client-certificate'),
    key: pem('mutual-client-key'),
  };
  assertFailed(await judgeAddress(t, address, { connect: () => createConnection(address, tls) }), {});
});

test('serverName: the name that the certificate must have', async (t) => {
  const address = await serveTls(t, serverOnly());
  const tls = { ca: pem('certificate-authority'), serverName: 'localhost' };
  const report = await runHarness({
    connect: () => createConnection(address, tls),
    callTimeoutMs: 30_000,
    timeLimit: new AbortController().signal,
    itemsMax: 1,
    logger: silent,
    signal: t.signal,
  });
  assert.equal(resultOf(report, 'connector-answers').outcome, 'passed');
});
