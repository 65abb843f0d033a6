// ConnectorService: metadata, validation, and cleanup at the end of a sync.
import { create } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import {
  ConnectorAccountCreationSchemaSchema,
  type ConnectorMetadata,
  ConnectorMetadataSchema,
  ConnectorService,
} from '#gen/c1/connector/v2/connector_pb.js';
import type { Connector } from '../author/connector.ts';
import type { Context } from '../author/context.ts';
import { describeError } from '../log/describe-error.ts';
import { protocolVersion } from '../messages/protocol-version.ts';
import { sessionStoresKey, toConnectorContext, validationKey } from './call-context.ts';
import { deriveCapabilities } from './capabilities.ts';
import { findDescribedAccounts } from './provisioning/account-syncers.ts';
import { type ServiceEntry, serviceEntry } from './service-entry.ts';

export function createConnectorService(connector: Connector): ServiceEntry {
  return serviceEntry(ConnectorService, {
    getMetadata: () => ({ metadata: describeConnector(connector) }),
    validate: async (_request, call) => {
      const { syncId = '', ...validation } = call.values.get(validationKey);
      await connector.validate?.(toConnectorContext(call, syncId), validation);
      return { sdkVersion: protocolVersion };
    },
    cleanup: async ({ activeSyncId }, call) => {
      const context = toConnectorContext(call, activeSyncId);
      try {
        await connector.cleanup?.(context);
      } finally {
        await clearSession(call, context);
      }
      return {};
    },
  });
}

function describeConnector(connector: Connector): ConnectorMetadata {
  const metadata = create(ConnectorMetadataSchema, {
    ...connector.metadata,
    capabilities: deriveCapabilities(connector),
  });
  const accounts = findDescribedAccounts(connector.resourceTypes);
  if (accounts) {
    metadata.accountCreationSchema ??= create(ConnectorAccountCreationSchemaSchema, accounts.schema);
  }
  return metadata;
}

/** A failure must not fail the sync: the values are few, and go with the sync's file. */
async function clearSession(call: HandlerContext, { syncId, signal, logger }: Context): Promise<void> {
  try {
    if (syncId !== undefined) {
      await call.values.get(sessionStoresKey)?.clear(syncId, signal);
    }
  } catch (error) {
    logger.warn({ error: describeError(error) }, 'cannot clear the session of the sync');
  }
}
