// Task delete_resource: removes a resource from the application.
import { DeleteResourceResponseSchema, ResourceManagerService } from '#gen/c1/connector/v2/resource_pb.js';
import type { Task_DeleteResourceTask } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import type { TaskHandler } from './task-context.ts';
import { change, malformed } from './task-outcome.ts';

export const handleDeleteResource: TaskHandler<Task_DeleteResourceTask> = async (task, { connect }) => {
  const { resourceId, parentResourceId } = task;
  if (!resourceId?.resource || !resourceId.resourceType) return malformed('delete resource');
  return change(DeleteResourceResponseSchema, () =>
    connect(ResourceManagerService).deleteResource({ resourceId, ...(parentResourceId && { parentResourceId }) }),
  );
};
