// A connector that answers whatever a test wants, right or wrong: its services, and a sync of them.

import { ConnectorService } from '#gen/c1/connector/v2/connector_pb.js';
import { EntitlementsService } from '#gen/c1/connector/v2/entitlement_pb.js';
import { GrantsService } from '#gen/c1/connector/v2/grant_pb.js';
import type { ResourceType } from '#gen/c1/connector/v2/resource_pb.js';
import { ResourcesService, ResourceTypesService } from '#gen/c1/connector/v2/resource_pb.js';
import { type ServiceEntry, serviceEntry } from '../../../src/baton/services/service-entry.ts';
import type { FullSyncOptions } from '../../../src/baton/sync/sync-context.ts';
import { createLibrary } from '../library-connector.ts';
import { sync } from './sync-connector.ts';

type Lists = Parameters<typeof serviceEntry<typeof ResourcesService>>[1] &
  Parameters<typeof serviceEntry<typeof ResourceTypesService>>[1] &
  Parameters<typeof serviceEntry<typeof EntitlementsService>>[1] &
  Parameters<typeof serviceEntry<typeof GrantsService>>[1];

/** A connector of some types, whose lists are empty unless `lists` answers them. */
export function connectorOf(types: readonly ResourceType[], lists: Lists): readonly ServiceEntry[] {
  const none = () => ({});
  return [
    serviceEntry(ConnectorService, { validate: none, cleanup: none }),
    serviceEntry(ResourceTypesService, { listResourceTypes: () => ({ list: [...types] }), ...lists }),
    serviceEntry(ResourcesService, { listResources: none, ...lists }),
    serviceEntry(EntitlementsService, { listEntitlements: none, listStaticEntitlements: none, ...lists }),
    serviceEntry(GrantsService, { listGrants: none, ...lists }),
  ];
}

/** Syncs services instead of a connector. */
export const syncServices = (services: readonly ServiceEntry[], options: Partial<FullSyncOptions> = {}) =>
  sync(createLibrary().connector, { services, ...options });
