// Task grant: gives an entitlement to a principal.
import { GrantManagerService, GrantManagerServiceGrantResponseSchema } from '#gen/c1/connector/v2/grant_pb.js';
import type { Task_GrantTask } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import type { TaskHandler } from './task-context.ts';
import { change, malformed } from './task-outcome.ts';

export const handleGrant: TaskHandler<Task_GrantTask> = async ({ entitlement, principal }, { connect }) => {
  if (!entitlement || !principal) return malformed('grant');
  return change(GrantManagerServiceGrantResponseSchema, () =>
    connect(GrantManagerService).grant({ entitlement, principal }),
  );
};
