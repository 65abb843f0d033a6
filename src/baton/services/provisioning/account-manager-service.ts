// AccountManagerService: creates accounts.
import { create } from '@bufbuild/protobuf';
import {
  AccountManagerService,
  type CreateAccountResponse,
  CreateAccountResponseSchema,
} from '#gen/c1/connector/v2/resource_pb.js';
import type { CreateAccountOutcome } from '../../author/provisioner.ts';
import { Code, ServiceError } from '../../author/service-error.ts';
import type { ClientKey } from '../../credentials/decrypt-password.ts';
import { prepareCredential } from '../../credentials/prepare-credential.ts';
import { toChangeContext } from '../change-context.ts';
import type { ResourceSyncers } from '../lists/resource-syncers.ts';
import { requireField } from '../required-field.ts';
import { type ServiceEntry, serviceEntry } from '../service-entry.ts';
import { type AccountSyncer, findAccountSyncers, findDefaultAccountSyncer } from './account-syncers.ts';
import type { Changes } from './changes.ts';

/** @param clientKey - Decrypts passwords from callers. */
export function createAccountManagerService(
  syncers: ResourceSyncers,
  changes: Changes,
  clientKey: ClientKey | undefined,
): ServiceEntry {
  const accountSyncers = findAccountSyncers(syncers.all);
  return serviceEntry(AccountManagerService, {
    createAccount: async ({ accountInfo, credentialOptions, encryptionConfigs, resourceTypeId }, call) => {
      const { accounts } = chooseSyncer(accountSyncers, resourceTypeId);
      const account = requireField(accountInfo, 'account_info');
      const { credential, encrypted } = await prepareCredential({
        options: credentialOptions,
        encryptionConfigs,
        supported: accounts.credentialOptions,
        clientKey,
      });
      const { context, notices } = toChangeContext(call);
      const outcome = await changes.run(() => accounts.create({ account, credential }, context), call, undefined);
      const isPasswordSet = outcome.outcome === 'created' || outcome.outcome === 'action-required';
      const response = toResponse(outcome);
      response.encryptedData = isPasswordSet ? [...encrypted] : [];
      response.annotations = notices();
      return response;
    },
  });
}

/** Codes and texts of pkg/connectorbuilder/accounts.go of baton-sdk v0.25.0. */
function chooseSyncer(syncers: readonly AccountSyncer[], resourceTypeId: string): AccountSyncer {
  if (syncers.length === 0) {
    throw unsupported('connector does not have account manager configured');
  }
  if (resourceTypeId === '') {
    const syncer = findDefaultAccountSyncer(syncers);
    if (syncer) return syncer;
    const types = syncers.map(({ type }) => type.id).join(', ');
    throw unsupported(
      `connector has multiple account managers configured, but no resource type specified, and no default account manager configured: ${types}`,
    );
  }
  const syncer = syncers.find(({ type }) => type.id === resourceTypeId);
  if (!syncer) {
    throw unsupported(`connector does not have account manager configured for resource type: ${resourceTypeId}`);
  }
  return syncer;
}

function toResponse(outcome: CreateAccountOutcome): CreateAccountResponse {
  const { resource } = outcome;
  const value = { isCreateAccountResult: true, ...(resource && { resource }) };
  switch (outcome.outcome) {
    case 'created':
      return create(CreateAccountResponseSchema, { result: { case: 'success', value } });
    case 'action-required': {
      const { message } = outcome;
      return create(CreateAccountResponseSchema, { result: { case: 'actionRequired', value: { ...value, message } } });
    }
    case 'already-exists':
      return create(CreateAccountResponseSchema, { result: { case: 'alreadyExists', value } });
    case 'in-progress':
      return create(CreateAccountResponseSchema, { result: { case: 'inProgress', value } });
  }
}

function unsupported(message: string): ServiceError {
  return new ServiceError(Code.Unimplemented, message, { reason: 'unsupported' });
}
