// ResourceTypesService, ResourcesService and ResourceGetterService.
import {
  ResourceGetterService,
  ResourcesService,
  ResourcesServiceListResourcesResponseSchema,
  ResourceTypesService,
} from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../../author/service-error.ts';
import { toConnectorContext } from '../call-context.ts';
import { type ServiceEntry, serviceEntry } from '../service-entry.ts';
import { messageCodec } from './list-codec.ts';
import type { PageCache } from './page-cache.ts';
import type { ResourceSyncers } from './resource-syncers.ts';
import { servePage } from './serve-page.ts';

const resourceCodec = messageCodec(ResourcesServiceListResourcesResponseSchema);

export function createResourceServices(syncers: ResourceSyncers, cache: PageCache): ServiceEntry[] {
  return [
    serviceEntry(ResourceTypesService, {
      listResourceTypes: () => {
        if (syncers.all.length === 0) {
          throw new ServiceError(Code.FailedPrecondition, 'no resource types found', { reason: 'no_resource_types' });
        }
        return { list: syncers.all.map((syncer) => syncer.type) };
      },
    }),
    serviceEntry(ResourcesService, {
      listResources: (fields, call) => {
        const { resourceTypeId, parentResourceId: parent } = fields;
        const key = `list resources of ${resourceTypeId} below ${parent?.resourceType ?? ''}/${parent?.resource ?? ''}`;
        const { list: listing } = syncers.get(resourceTypeId, 'list resources');
        return servePage({ listing, codec: resourceCodec, request: { parent }, fields, key }, call, cache);
      },
    }),
    serviceEntry(ResourceGetterService, {
      getResource: async ({ resourceId: id, parentResourceId: parent }, call) => {
        const syncer = syncers.find(id?.resourceType ?? '');
        if (!id || !syncer?.get) {
          throw new ServiceError(
            Code.Unimplemented,
            `get resource is not supported for resource type ${JSON.stringify(id?.resourceType ?? '')}`,
            { reason: 'unsupported' },
          );
        }
        const resource = await syncer.get({ id, parent }, toConnectorContext(call, ''));
        if (!resource) {
          throw new ServiceError(Code.NotFound, `there is no ${id.resourceType} ${id.resource}`, {
            reason: 'resource_not_found',
          });
        }
        return { resource };
      },
    }),
  ];
}
