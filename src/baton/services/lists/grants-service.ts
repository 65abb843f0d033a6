// GrantsService: who has an entitlement of a resource.
import { TypeScopedGrantsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import { GrantsService } from '#gen/c1/connector/v2/grant_pb.js';
import { type ServiceEntry, serviceEntry } from '../service-entry.ts';
import { grantCodec } from './list-codec.ts';
import type { PageCache } from './page-cache.ts';
import type { ResourceSyncers } from './resource-syncers.ts';
import { servePage } from './serve-page.ts';

export function createGrantsService(syncers: ResourceSyncers, cache: PageCache): ServiceEntry {
  return serviceEntry(GrantsService, {
    listGrants: async (fields, call) => {
      const { listing, request, key } = syncers.findScoped(fields, {
        call: 'list grants',
        ofResource: (syncer) => syncer.grants,
        ofType: (syncer) => syncer.grantsOfType,
        typeScope: TypeScopedGrantsSchema,
      });
      return listing ? await servePage({ listing, codec: grantCodec, request, fields, key }, call, cache) : {};
    },
  });
}
