import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Code, ConnectError } from '@connectrpc/connect';
import { ConnectorService } from '#gen/c1/connector/v2/connector_pb.js';
import { createConnection } from '../../../src/baton/harness/connection.ts';
import { Target } from '../../../src/baton/harness/target.ts';
import { serviceEntry } from '../../../src/baton/services/service-entry.ts';
import { serve } from './judge-connector.ts';

const getMetadata = ConnectorService.method.getMetadata;

/** A connector that answers GetMetadata when its call is over, and Validate at once. */
async function connectToSlow(t: Parameters<typeof serve>[0], begun: () => void = () => {}) {
  const address = await serve(t, [
    serviceEntry(ConnectorService, {
      getMetadata: async (_request, { signal }) => {
        begun();
        await once(signal, 'abort');
        return {};
      },
      validate: () => ({ sdkVersion: 'v1.0.0' }),
    }),
  ]);
  const connection = createConnection(address, undefined);
  t.after(() => connection.close());
  return connection;
}

const isFailure = (code: Code) => (error: unknown) => error instanceof ConnectError && error.code === code;

test('callTimeoutMs: a call that takes longer fails with DEADLINE_EXCEEDED', async (t) => {
  const target = new Target(await connectToSlow(t), { callTimeoutMs: 20, signal: t.signal });
  await assert.rejects(target.call(getMetadata, {}), isFailure(Code.DeadlineExceeded));
});

test('cancel: calls fail with CANCELLED', async (t) => {
  const cancel = new AbortController();
  const connection = await connectToSlow(t, () => cancel.abort());
  const target = new Target(connection, { callTimeoutMs: 60_000, signal: t.signal, cancel: cancel.signal });
  await assert.rejects(target.call(getMetadata, {}), isFailure(Code.Canceled));
});

test('signal: calls, running and new ones, throw its reason', async (t) => {
  const stop = new AbortController();
  const connection = await connectToSlow(t, () => stop.abort(new Error('enough')));
  const target = new Target(connection, { callTimeoutMs: 60_000, signal: stop.signal });
  await assert.rejects(target.call(getMetadata, {}), /^Error: enough$/);
  await assert.rejects(target.call(ConnectorService.method.validate, {}), /^Error: enough$/);
});

test('client: a typed client makes its calls through the target', async (t) => {
  const target = new Target(await connectToSlow(t), { callTimeoutMs: 60_000, signal: t.signal });
  const { sdkVersion } = await target.client(ConnectorService).validate({});
  assert.equal(sdkVersion, 'v1.0.0');
});
