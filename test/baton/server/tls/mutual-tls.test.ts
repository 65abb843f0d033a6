import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ConnectionOptions } from 'node:tls';
import { ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import pino from 'pino';
import { Health } from '#gen/grpc/health/v1/health_pb.js';
import { startGrpcServer } from '../../../../src/baton/server/grpc/grpc-server.ts';
import { formatListenAddress } from '../../../../src/baton/server/listen-address.ts';
import { MutualTlsCredentials } from '../../../../src/baton/server/tls/mutual-tls.ts';
import { mutualClient, mutualServer, tlsFixture } from '../tls-fixture.ts';

/** Asks the health of a server with mutual TLS, as a client with these options. */
async function check(t: TestContext, client: ConnectionOptions) {
  const server = await startGrpcServer({
    services: [],
    listen: { host: '127.0.0.1', port: 0 },
    credentials: new MutualTlsCredentials(mutualServer),
    logger: pino({ level: 'silent' }),
    drainTimeoutMs: 1000,
  });
  const baseUrl = `https://${formatListenAddress(server.address)}`;
  const sessionManager = new Http2SessionManager(baseUrl, {}, client);
  t.after(async () => {
    sessionManager.abort();
    await server.close();
  });
  return await createClient(Health, createGrpcTransport({ baseUrl, sessionManager })).check({}, { timeoutMs: 30_000 });
}

test('a caller with a certificate of the authority is served', async (t) => {
  assert.equal((await check(t, mutualClient)).status, 1);
});

// What a refused caller sees depends on how far it is when the server hangs up.
test('a caller without a certificate is not served', async (t) => {
  await assert.rejects(check(t, { ca: mutualClient.ca }), ConnectError);
});

test('a caller with a certificate of another authority is not served', async (t) => {
  const [cert, key] = [tlsFixture('stranger-client-certificate'), tlsFixture('stranger-client-key')];
  await assert.rejects(check(t, { ca: mutualClient.ca, cert, key }), ConnectError);
});

test('a caller that knows no TLS 1.3 is not served', async (t) => {
  await assert.rejects(check(t, { ...mutualClient, maxVersion: 'TLSv1.2' }), /protocol version/i);
});

test('credentials are equal to themselves only', () => {
  const credentials = new MutualTlsCredentials(mutualServer);
  assert.equal(credentials._equals(credentials), true);
  assert.equal(credentials._equals(new MutualTlsCredentials(mutualServer)), false);
});
