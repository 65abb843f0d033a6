// Task rotate_credentials: gives an account a new credential.
import { CredentialManagerService, RotateCredentialResponseSchema } from '#gen/c1/connector/v2/resource_pb.js';
import type { Task_RotateCredentialsTask } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import type { TaskHandler } from './task-context.ts';
import { change, malformed } from './task-outcome.ts';

export const handleRotateCredentials: TaskHandler<Task_RotateCredentialsTask> = async (task, { connect }) => {
  const { resourceId, credentialOptions, encryptionConfigs } = task;
  if (!resourceId) return malformed('rotate credentials');
  return change(RotateCredentialResponseSchema, () =>
    connect(CredentialManagerService).rotateCredential({
      resourceId,
      encryptionConfigs,
      ...(credentialOptions && { credentialOptions }),
    }),
  );
};
