// The five services that change things in the application.
import { GrantManagerService } from '#gen/c1/connector/v2/grant_pb.js';
import {
  AccountManagerService,
  CredentialManagerService,
  ResourceDeleterService,
  ResourceManagerService,
} from '#gen/c1/connector/v2/resource_pb.js';
import type { ClientKey } from '../../credentials/decrypt-password.ts';
import type { ResourceSyncers } from '../lists/resource-syncers.ts';
import { type ServiceEntry, serviceEntry } from '../service-entry.ts';
import { createAccountManagerService } from './account-manager-service.ts';
import type { Changes } from './changes.ts';
import { createCredentialManagerService } from './credential-manager-service.ts';
import { createGrantManagerService } from './grant-manager-service.ts';
import { provisioningDisabled } from './provisioning-disabled.ts';
import { createResourceManagerServices } from './resource-manager-services.ts';

export interface ProvisioningOptions {
  /** Whether changes are permitted (`--provisioning`). Without it, all are refused. */
  readonly provisioning: boolean;
  /** Decrypts passwords from callers. Without it, they are refused. */
  readonly clientKey?: ClientKey | undefined;
}

export function createProvisioningServices(
  syncers: ResourceSyncers,
  changes: Changes,
  { provisioning, clientKey }: ProvisioningOptions,
): ServiceEntry[] {
  return provisioning
    ? [
        createGrantManagerService(syncers, changes),
        ...createResourceManagerServices(syncers, changes),
        createAccountManagerService(syncers, changes, clientKey),
        createCredentialManagerService(syncers, changes, clientKey),
      ]
    : createDisabledServices();
}

function createDisabledServices(): ServiceEntry[] {
  const refuse = () => {
    throw provisioningDisabled();
  };
  return [
    serviceEntry(GrantManagerService, { grant: refuse, revoke: refuse }),
    serviceEntry(ResourceManagerService, { createResource: refuse, deleteResource: refuse }),
    serviceEntry(ResourceDeleterService, { deleteResourceV2: refuse }),
    serviceEntry(AccountManagerService, { createAccount: refuse }),
    serviceEntry(CredentialManagerService, { rotateCredential: refuse, issueCredential: refuse }),
  ];
}
