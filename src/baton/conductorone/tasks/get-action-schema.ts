// Task action_get_schema: what an action takes and gives.
import { ActionService, GetActionSchemaResponseSchema } from '#gen/c1/connector/v2/action_pb.js';
import type { Task_ActionGetSchemaTask } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import { nothingNamed } from './nothing-named.ts';
import type { TaskHandler } from './task-context.ts';
import { succeeded } from './task-outcome.ts';

export const handleGetActionSchema: TaskHandler<Task_ActionGetSchemaTask> = async (task, { connect }) => {
  const { name, annotations } = task;
  if (name === '') return nothingNamed('action name');
  const response = await connect(ActionService).getActionSchema({ name, annotations });
  return succeeded(GetActionSchemaResponseSchema, response);
};
