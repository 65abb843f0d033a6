// ResourceManagerService and ResourceDeleterService: creates and deletes resources.
import { create } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { ResourceDoesNotExistSchema } from '#gen/c1/connector/v2/annotation_resource_pb.js';
import {
  type DeleteResourceRequest,
  type DeleteResourceV2Request,
  ResourceDeleterService,
  ResourceManagerService,
} from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../../author/service-error.ts';
import { annotation, packAnnotations } from '../../messages/resource.ts';
import { toConnectorContext } from '../call-context.ts';
import { toChangeContext } from '../change-context.ts';
import type { ResourceSyncers } from '../lists/resource-syncers.ts';
import { requireField, requireResourceId } from '../required-field.ts';
import { type ServiceEntry, serviceEntry } from '../service-entry.ts';
import type { Changes } from './changes.ts';

export function createResourceManagerServices(syncers: ResourceSyncers, changes: Changes): ServiceEntry[] {
  const deleteResource = async (request: DeleteResourceRequest | DeleteResourceV2Request, call: HandlerContext) => {
    const id = requireResourceId(request.resourceId, 'resource_id');
    const syncer = syncers.find(id.resourceType);
    if (!syncer?.delete) throw unsupported(id.resourceType, 'Delete()');
    const { context, notices } = toChangeContext(call);
    const remove = syncer.delete.bind(syncer);
    const outcome = await changes.run(() => remove({ id, parent: request.parentResourceId }, context), call, id);
    const annotations =
      outcome === 'does-not-exist' ? [annotation(ResourceDoesNotExistSchema, create(ResourceDoesNotExistSchema))] : [];
    return { annotations: [...packAnnotations(annotations), ...notices()] };
  };
  return [
    serviceEntry(ResourceManagerService, {
      createResource: async (request, call) => {
        const resource = requireField(request.resource, 'resource');
        // The application chooses the id of the new resource.
        const { resourceType: type } = requireField(resource.id, 'resource.id');
        const resourceType = requireField(type || undefined, 'resource.id.resource_type');
        const syncer = syncers.find(resourceType);
        if (!syncer?.create) throw unsupported(resourceType, 'Create()');
        return { created: await syncer.create(resource, toConnectorContext(call, '')) };
      },
      deleteResource,
    }),
    serviceEntry(ResourceDeleterService, { deleteResourceV2: deleteResource }),
  ];
}

function unsupported(resourceType: string, what: string): ServiceError {
  return new ServiceError(
    Code.Unimplemented,
    `resource type ${resourceType} does not have resource ${what} configured`,
    { reason: 'unsupported' },
  );
}
