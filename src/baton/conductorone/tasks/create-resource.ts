// Task create_resource: makes a resource in the application.
import { CreateResourceResponseSchema, ResourceManagerService } from '#gen/c1/connector/v2/resource_pb.js';
import type { Task_CreateResourceTask } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import type { TaskHandler } from './task-context.ts';
import { change, malformed } from './task-outcome.ts';

export const handleCreateResource: TaskHandler<Task_CreateResourceTask> = async ({ resource }, { connect }) => {
  if (!resource) return malformed('create resource');
  return change(CreateResourceResponseSchema, () => connect(ResourceManagerService).createResource({ resource }));
};
