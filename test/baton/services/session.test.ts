import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '@connectrpc/connect';
import { ConnectorService } from '#gen/c1/connector/v2/connector_pb.js';
import { ResourcesService } from '#gen/c1/connector/v2/resource_pb.js';
import { type Connector, singlePage } from '../../../src/baton/author/connector.ts';
import type { Context } from '../../../src/baton/author/context.ts';
import { type SessionStores, sessionStoresKey } from '../../../src/baton/services/call-context.ts';
import { createConnectorServices } from '../../../src/baton/services/connector-services.ts';
import { bookType } from '../library-connector.ts';
import { failureOf } from '../server/failure-of.ts';
import { startTestServer } from '../server/test-server.ts';

/** A server with a connector that shows the session of each call, and stores that tell what is asked of them. */
async function start(t: Parameters<typeof startTestServer>[0], connector: Partial<Connector> = {}, fails = false) {
  const told: string[] = [];
  const contexts: Context[] = [];
  const stores: SessionStores = {
    of: (syncId) => ({ get: async (key) => Buffer.from(`${syncId}/${key}`), set: async () => {} }),
    clear: async (syncId) => {
      told.push(`clear ${syncId}`);
      if (fails) {
        throw new Error('disk full');
      }
    },
  };
  const services = createConnectorServices(
    {
      metadata: { displayName: 'Library' },
      resourceTypes: [
        {
          type: bookType,
          list: singlePage(async (_request, context) => {
            contexts.push(context);
            return [];
          }),
        },
      ],
      ...connector,
    },
    { provisioning: false, ticketing: false },
  );
  const server = await startTestServer(t, services, {
    setContextValues: (values) => values.set(sessionStoresKey, stores),
  });
  const resources = createClient(ResourcesService, server.transport);
  return { told, contexts, resources, service: createClient(ConnectorService, server.transport), lines: server.lines };
}

test('a call of a sync has the session of that sync', async (t) => {
  const { resources, contexts } = await start(t);
  await resources.listResources({ resourceTypeId: 'book', activeSyncId: 'sync-1' });
  const value = await contexts[0]?.session?.get('key', new AbortController().signal);
  assert.equal(Buffer.from(value ?? []).toString(), 'sync-1/key');
});

test('a call without a sync has none', async (t) => {
  const { resources, contexts } = await start(t);
  await resources.listResources({ resourceTypeId: 'book' });
  assert.equal(contexts[0]?.session, undefined);
});

test('the end of a sync clears its session, behind the connector', async (t) => {
  const { told, service } = await start(t, { cleanup: async ({ syncId }) => void told.push(`cleanup ${syncId}`) });
  await service.cleanup({ activeSyncId: 'sync-1' });
  await service.cleanup({});
  assert.deepEqual(told, ['cleanup sync-1', 'clear sync-1', 'cleanup undefined']);
});

test('a connector that cannot clean up does not keep the session', async (t) => {
  const cleanup = async () => {
    throw new Error('broken');
  };
  const { told, service } = await start(t, { cleanup });
  await failureOf(service.cleanup({ activeSyncId: 'sync-1' }));
  assert.deepEqual(told, ['clear sync-1']);
});

test('a session that cannot be cleared is told in the log, and is no failure', async (t) => {
  const { service, lines } = await start(t, {}, true);
  await service.cleanup({ activeSyncId: 'sync-1' });
  assert.match(JSON.stringify(lines), /cannot clear the session of the sync/);
});
