// ConnectorService: what the connector is, whether it can work, and the end of a sync.
import { create } from '@bufbuild/protobuf';
import { ConnectorMetadataSchema, ConnectorService } from '#gen/c1/connector/v2/connector_pb.js';
import type { Connector } from '../connector.ts';
import { protocolVersion } from '../protocol-version.ts';
import { toConnectorContext } from './call-context.ts';
import { deriveCapabilities } from './capabilities.ts';
import { type ServiceEntry, serviceEntry } from './service-entry.ts';

export function createConnectorService(connector: Connector): ServiceEntry {
  return serviceEntry(ConnectorService, {
    getMetadata: () => ({
      metadata: create(ConnectorMetadataSchema, {
        ...connector.metadata,
        capabilities: deriveCapabilities(connector),
      }),
    }),
    validate: async (_request, call) => {
      await connector.validate?.(toConnectorContext(call, ''));
      return { sdkVersion: protocolVersion };
    },
    cleanup: async (request, call) => {
      await connector.cleanup?.(toConnectorContext(call, request.activeSyncId));
      return {};
    },
  });
}
