// Task revoke: takes a grant back.
import { GrantManagerService, GrantManagerServiceRevokeResponseSchema } from '#gen/c1/connector/v2/grant_pb.js';
import type { Task_RevokeTask } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import type { TaskHandler } from './task-context.ts';
import { change, malformed } from './task-outcome.ts';

export const handleRevoke: TaskHandler<Task_RevokeTask> = async ({ grant }, { connect }) => {
  if (!grant) return malformed('revoke');
  return change(GrantManagerServiceRevokeResponseSchema, () => connect(GrantManagerService).revoke({ grant }));
};
