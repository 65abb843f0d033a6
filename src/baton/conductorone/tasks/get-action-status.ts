// Task action_status: how an action that was started goes on.
import { ActionService, GetActionStatusResponseSchema } from '#gen/c1/connector/v2/action_pb.js';
import type { Task_ActionStatusTask } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import { nothingNamed } from './nothing-named.ts';
import type { TaskHandler } from './task-context.ts';
import { succeeded } from './task-outcome.ts';

export const handleGetActionStatus: TaskHandler<Task_ActionStatusTask> = async (task, { connect }) => {
  const { name, id, annotations } = task;
  if (id === '') return nothingNamed('action id');
  const response = await connect(ActionService).getActionStatus({ name, id, annotations });
  return succeeded(GetActionStatusResponseSchema, response);
};
