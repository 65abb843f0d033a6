// CredentialManagerService: rotates credentials. Issuing further ones has no connector interface.
import { CredentialManagerService } from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../../author/service-error.ts';
import type { ClientKey } from '../../credentials/decrypt-password.ts';
import { prepareCredential } from '../../credentials/prepare-credential.ts';
import { toConnectorContext } from '../call-context.ts';
import type { ResourceSyncers } from '../lists/resource-syncers.ts';
import { requireResourceId } from '../required-field.ts';
import { type ServiceEntry, serviceEntry } from '../service-entry.ts';
import type { Changes } from './changes.ts';

/** @param clientKey - Decrypts passwords from callers. */
export function createCredentialManagerService(
  syncers: ResourceSyncers,
  changes: Changes,
  clientKey: ClientKey | undefined,
): ServiceEntry {
  return serviceEntry(CredentialManagerService, {
    rotateCredential: async ({ resourceId, credentialOptions, encryptionConfigs }, call) => {
      const id = requireResourceId(resourceId, 'resource_id');
      const credentials = syncers.find(id.resourceType)?.credentials;
      if (!credentials) throw unsupported('credential manager');
      const { credential, encrypted } = await prepareCredential({
        options: credentialOptions,
        encryptionConfigs,
        supported: credentials.credentialOptions,
        clientKey,
      });
      const context = toConnectorContext(call, '');
      await changes.run(() => credentials.rotate({ id, credential }, context), call, id);
      return { resourceId: id, encryptedData: [...encrypted] };
    },
    issueCredential: ({ identityId }) => {
      requireResourceId(identityId, 'identity_id');
      throw unsupported('credential issuer');
    },
  });
}

/** Texts of pkg/connectorbuilder/credentials.go of baton-sdk v0.25.0. */
function unsupported(what: string): ServiceError {
  return new ServiceError(Code.Unimplemented, `resource type does not have ${what} configured`, {
    reason: 'unsupported',
  });
}
