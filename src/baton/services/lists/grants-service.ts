// GrantsService: who has an entitlement of a resource.
import { anyIs } from '@bufbuild/protobuf/wkt';
import { TypeScopedGrantsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import { GrantsService } from '#gen/c1/connector/v2/grant_pb.js';
import { Code, ServiceError } from '../../author/service-error.ts';
import { toConnectorContext } from '../call-context.ts';
import { type ServiceEntry, serviceEntry } from '../service-entry.ts';
import { grantCodec } from './list-codec.ts';
import type { PageCache } from './page-cache.ts';
import type { ResourceSyncers } from './resource-syncers.ts';
import { servePage } from './serve-page.ts';

export function createGrantsService(syncers: ResourceSyncers, cache: PageCache): ServiceEntry {
  return serviceEntry(GrantsService, {
    listGrants: async ({ resource, pageSize, pageToken, activeSyncId, annotations }, call) => {
      if (!resource) {
        throw new ServiceError(Code.InvalidArgument, 'resource: list grants requires a resource', {
          reason: 'resource_required',
        });
      }
      const { resourceType, resource: id } = resource.id ?? { resourceType: '', resource: '' };
      const syncer = syncers.get(resourceType, 'list grants');
      const isTypeScoped = annotations.some((any) => anyIs(any, TypeScopedGrantsSchema));
      const listing = isTypeScoped ? syncer.grantsOfType : syncer.grants;
      if (!listing) {
        if (isTypeScoped) {
          throw new ServiceError(
            Code.InvalidArgument,
            `annotations: TypeScopedGrants is not supported by resource type ${resourceType}`,
            { reason: 'no_type_scope' },
          );
        }
        return {};
      }
      return await servePage(
        {
          listing,
          codec: grantCodec,
          request: { resource },
          pageSize,
          pageToken,
          key: `list grants of ${resourceType} ${isTypeScoped ? 'as a type' : id}`,
        },
        call,
        toConnectorContext(call, activeSyncId),
        cache,
      );
    },
  });
}
