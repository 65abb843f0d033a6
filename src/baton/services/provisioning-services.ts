// The five services that change things in the application. No connector interface offers that yet.
import { GrantManagerService } from '#gen/c1/connector/v2/grant_pb.js';
import {
  AccountManagerService,
  CredentialManagerService,
  ResourceDeleterService,
  ResourceManagerService,
} from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../service-error.ts';
import { type ServiceEntry, serviceEntry } from './service-entry.ts';

/** @param enabled - Whether the program was started for provisioning (`--provisioning`). */
export function createProvisioningServices(enabled: boolean): ServiceEntry[] {
  const refuse = (what: string) => () => {
    throw enabled
      ? new ServiceError(Code.Unimplemented, `this connector does not ${what}`, { reason: 'unsupported' })
      : new ServiceError(Code.FailedPrecondition, 'provisioning is not enabled', { reason: 'provisioning_disabled' });
  };
  return [
    serviceEntry(GrantManagerService, {
      grant: refuse('grant entitlements'),
      revoke: refuse('revoke grants'),
    }),
    serviceEntry(ResourceManagerService, {
      createResource: refuse('create resources'),
      deleteResource: refuse('delete resources'),
    }),
    serviceEntry(ResourceDeleterService, { deleteResourceV2: refuse('delete resources') }),
    serviceEntry(AccountManagerService, { createAccount: refuse('create accounts') }),
    serviceEntry(CredentialManagerService, {
      rotateCredential: refuse('rotate credentials'),
      issueCredential: refuse('issue credentials'),
    }),
  ];
}
