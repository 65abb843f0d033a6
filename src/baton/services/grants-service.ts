// GrantsService: who has an entitlement of a resource.
import { GrantSchema, GrantsService } from '#gen/c1/connector/v2/grant_pb.js';
import { Code, ServiceError } from '../service-error.ts';
import { toConnectorContext } from './call-context.ts';
import type { PageCache } from './page-cache.ts';
import type { ResourceSyncers } from './resource-syncers.ts';
import { servePage } from './serve-page.ts';
import { type ServiceEntry, serviceEntry } from './service-entry.ts';

export function createGrantsService(syncers: ResourceSyncers, cache: PageCache): ServiceEntry {
  return serviceEntry(GrantsService, {
    listGrants: async ({ resource, pageSize, pageToken, activeSyncId }, call) => {
      if (!resource) {
        throw new ServiceError(Code.InvalidArgument, 'resource: list grants requires a resource', {
          reason: 'resource_required',
        });
      }
      const { resourceType, resource: id } = resource.id ?? { resourceType: '', resource: '' };
      const listing = syncers.get(resourceType, 'list grants').grants;
      if (!listing) {
        return {};
      }
      return await servePage(
        {
          listing,
          item: GrantSchema,
          request: { resource },
          pageSize,
          pageToken,
          key: `list grants of ${resourceType} ${id}`,
        },
        call,
        toConnectorContext(call, activeSyncId),
        cache,
      );
    },
  });
}
