// Task action_invoke: starts an action.
import { ActionService, BatonActionStatus, InvokeActionResponseSchema } from '#gen/c1/connector/v2/action_pb.js';
import type { Task_ActionInvokeTask } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import { Code, ServiceError } from '../../author/service-error.ts';
import { nothingNamed } from './nothing-named.ts';
import type { TaskHandler } from './task-context.ts';
import { failed, succeeded } from './task-outcome.ts';

/** An action that has failed when the call returns fails its task, with the text that it left in `error`. */
export const handleInvokeAction: TaskHandler<Task_ActionInvokeTask> = async (task, { connect }) => {
  const { name, args, annotations, resourceTypeId } = task;
  if (name === '') return nothingNamed('action name');
  const response = await connect(ActionService).invokeAction({
    name,
    annotations,
    resourceTypeId,
    ...(args && { args }),
  });
  if (response.status === BatonActionStatus.FAILED) {
    const { error } = response.response ?? {};
    const message = typeof error === 'string' ? error : 'action failed';
    return failed(new ServiceError(Code.Unknown, message, { reason: 'action_failed' }));
  }
  return succeeded(InvokeActionResponseSchema, response);
};
