// Task create_account: makes an account in the application.
import { AccountManagerService, CreateAccountResponseSchema } from '#gen/c1/connector/v2/resource_pb.js';
import type { Task_CreateAccountTask } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import type { TaskHandler } from './task-context.ts';
import { change, malformed } from './task-outcome.ts';

export const handleCreateAccount: TaskHandler<Task_CreateAccountTask> = async (task, { connect }) => {
  const { accountInfo, credentialOptions, encryptionConfigs, resourceTypeId } = task;
  if (!accountInfo) return malformed('create account');
  return change(CreateAccountResponseSchema, () =>
    connect(AccountManagerService).createAccount({
      accountInfo,
      encryptionConfigs,
      resourceTypeId,
      ...(credentialOptions && { credentialOptions }),
    }),
  );
};
