// --delete-resource: removes a resource from the application.
import { anyIs } from '@bufbuild/protobuf/wkt';
import { ResourceDoesNotExistSchema } from '#gen/c1/connector/v2/annotation_resource_pb.js';
import { ResourceManagerService } from '#gen/c1/connector/v2/resource_pb.js';
import { deleteResource, deleteResourceType } from '../../config/fields/on-demand.ts';
import type { OnDemandJob } from './on-demand-job.ts';

export const deleteResourceJob: OnDemandJob = {
  askedBy: [deleteResource],
  async run({ settings, connect }) {
    const [resourceType, resource] = [settings.get(deleteResourceType) ?? '', settings.get(deleteResource) ?? ''];
    const { annotations } = await connect(ResourceManagerService).deleteResource({
      resourceId: { resourceType, resource },
    });
    const wasGone = annotations.some((annotation) => anyIs(annotation, ResourceDoesNotExistSchema));
    return {
      record: {
        outcome: wasGone ? 'does-not-exist' : 'deleted',
        resource: { resource_type: resourceType, resource },
      },
      lines: [
        wasGone
          ? `Nothing was changed: there is no ${resourceType} ${resource}.`
          : `Deleted ${resourceType} ${resource}.`,
      ],
    };
  },
};
