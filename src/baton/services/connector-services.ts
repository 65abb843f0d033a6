// All services of the connector side of the Baton protocol, for one connector.
import { AssetService } from '#gen/c1/connector/v2/asset_pb.js';
import type { Connector } from '../author/connector.ts';
import type { RetryPolicy } from '../net/retry.ts';
import type { Waits } from '../net/waits.ts';
import { ActionRegistry } from './actions/action-registry.ts';
import { createActionService } from './actions/action-service.ts';
import { createConnectorService } from './connector-service.ts';
import { EventFeeds } from './events/event-feeds.ts';
import { createEventService } from './events/event-service.ts';
import { createEntitlementsService } from './lists/entitlements-service.ts';
import { createGrantsService } from './lists/grants-service.ts';
import { PageCache } from './lists/page-cache.ts';
import { createResourceServices } from './lists/resource-services.ts';
import { ResourceSyncers } from './lists/resource-syncers.ts';
import { Changes } from './provisioning/changes.ts';
import { createProvisioningServices, type ProvisioningOptions } from './provisioning/provisioning-services.ts';
import { type ServiceEntry, serviceEntry } from './service-entry.ts';
import { createTicketsService } from './tickets-service.ts';

export interface ConnectorServicesOptions extends ProvisioningOptions {
  /** Whether tickets are served (`--ticketing`). */
  readonly ticketing: boolean;
  /** How changes are retried after transient failures. */
  readonly retries?: RetryPolicy | undefined;
  /** Shows the waits between those retries. */
  readonly waits?: Waits | undefined;
}

/**
 * Creates the services of a connector, for a server or for in-process clients. As in a Go connector, every service is
 * registered: calls that the connector does not support get the Go SDK's answers (internal/connector and
 * pkg/connectorbuilder of baton-sdk v0.25.0).
 */
export function createConnectorServices(connector: Connector, options: ConnectorServicesOptions): ServiceEntry[] {
  const syncers = new ResourceSyncers(connector.resourceTypes);
  const cache = new PageCache();
  const changes = new Changes(options.retries, options.waits);
  return [
    createConnectorService(connector),
    ...createResourceServices(syncers, cache),
    createEntitlementsService(syncers, cache),
    createGrantsService(syncers, cache),
    ...createProvisioningServices(syncers, changes, options),
    createActionService(new ActionRegistry(connector), changes, options.provisioning),
    createTicketsService(options.ticketing),
    createEventService(new EventFeeds(connector.eventFeeds ?? [])),
    // Empty and OK, as in the Go SDK: nothing syncs assets anymore.
    serviceEntry(AssetService, { async *getAsset() {} }),
  ];
}
