// Task action_list_schemas: which actions there are.
import { ActionService, ListActionSchemasResponseSchema } from '#gen/c1/connector/v2/action_pb.js';
import type { Task_ActionListSchemasTask } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import type { TaskHandler } from './task-context.ts';
import { succeeded } from './task-outcome.ts';

export const handleListActionSchemas: TaskHandler<Task_ActionListSchemasTask> = async (task, { connect }) => {
  const { resourceTypeId, annotations } = task;
  const response = await connect(ActionService).listActionSchemas({ resourceTypeId, annotations });
  return succeeded(ListActionSchemasResponseSchema, response);
};
