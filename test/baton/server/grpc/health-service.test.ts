import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { Health, HealthCheckResponse_ServingStatus as ServingStatus } from '#gen/grpc/health/v1/health_pb.js';
import { serviceEntry } from '../../../../src/baton/services/service-entry.ts';
import { EchoService } from '../echo-service.ts';
import { failureOf } from '../failure-of.ts';
import { startTestServer } from '../test-server.ts';

const echo = serviceEntry(EchoService, {});

test('Check answers SERVING for the server and for each of its services', async (t) => {
  const { transport } = await startTestServer(t, [echo]);
  const client = createClient(Health, transport);
  for (const service of ['', 'test.EchoService', 'grpc.health.v1.Health', 'grpc.reflection.v1.ServerReflection']) {
    assert.equal((await client.check({ service })).status, ServingStatus.SERVING, service);
  }
});

test('Check answers NOT_FOUND for a service that the server does not have', async (t) => {
  const { transport } = await startTestServer(t, [echo]);
  const error = await failureOf(createClient(Health, transport).check({ service: 'test.Other' }));
  assert.equal(error.code, Code.NotFound);
  assert.match(error.rawMessage, /test\.Other/);
});

test('List answers all services', async (t) => {
  const { transport } = await startTestServer(t, [echo]);
  const { statuses } = await createClient(Health, transport).list({});
  assert.deepEqual(Object.keys(statuses).sort(), [
    '',
    'grpc.health.v1.Health',
    'grpc.reflection.v1.ServerReflection',
    'grpc.reflection.v1alpha.ServerReflection',
    'test.EchoService',
  ]);
  assert.ok(Object.values(statuses).every(({ status }) => status === ServingStatus.SERVING));
});

test('Watch tells when the server begins to stop, and ends', async (t) => {
  const { server, transport } = await startTestServer(t, [echo]);
  const seen: ServingStatus[] = [];
  let drained: Promise<void> | undefined;
  const watching = async () => {
    for await (const { status } of createClient(Health, transport).watch({ service: 'test.EchoService' })) {
      seen.push(status);
      drained ??= server.drain();
    }
  };
  assert.equal((await failureOf(watching())).code, Code.Unavailable);
  assert.deepEqual(seen, [ServingStatus.SERVING, ServingStatus.NOT_SERVING]);
  await drained;
});

test('Watch of a service that the server does not have stays open, and says so once', async (t) => {
  const { server, transport } = await startTestServer(t, [echo]);
  const seen: ServingStatus[] = [];
  const watching = async () => {
    for await (const { status } of createClient(Health, transport).watch({ service: 'test.Other' })) {
      seen.push(status);
      void server.drain();
    }
  };
  await failureOf(watching());
  assert.deepEqual(seen, [ServingStatus.SERVICE_UNKNOWN]);
});

test('Watch ends when its caller cancels', async (t) => {
  const { transport, lines } = await startTestServer(t, [echo]);
  const cancel = new AbortController();
  const watching = async () => {
    for await (const _ of createClient(Health, transport).watch({}, { signal: cancel.signal })) {
      cancel.abort();
    }
  };
  const error = await watching().catch((reason: unknown) => reason);
  assert.ok(error === undefined || (error instanceof ConnectError && error.code === Code.Canceled));
  while (lines.length === 0) {
    await new Promise(setImmediate);
  }
  assert.equal(lines[0]?.code, 'Canceled');
});
