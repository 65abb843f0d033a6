// Task issue_credential: makes a new credential for an identity.
import { CredentialManagerService, IssueCredentialResponseSchema } from '#gen/c1/connector/v2/resource_pb.js';
import type { Task_IssueCredentialTask } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import type { TaskHandler } from './task-context.ts';
import { change, malformed } from './task-outcome.ts';

/** The task's id is the id of the request, by which a connector knows one that it has served. */
export const handleIssueCredential: TaskHandler<Task_IssueCredentialTask> = async (value, { task, connect }) => {
  const { identityId, credentialOptions, encryptionConfigs, expiresAt } = value;
  if (!identityId || !credentialOptions || encryptionConfigs.length === 0) return malformed('issue credential');
  return change(IssueCredentialResponseSchema, () =>
    connect(CredentialManagerService).issueCredential({
      identityId,
      credentialOptions,
      encryptionConfigs,
      requestId: task.id,
      ...(expiresAt && { expiresAt }),
    }),
  );
};
