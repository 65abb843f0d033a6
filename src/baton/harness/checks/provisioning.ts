// Checks of calls that change the application. Nothing here may ever change anything: each request either breaks a
// limit of the protocol, so that every server rejects it before the connector sees it, or names a resource type that no
// connector has.
import { Code } from '@connectrpc/connect';
import { Capability } from '#gen/c1/connector/v2/connector_pb.js';
import { GrantManagerService } from '#gen/c1/connector/v2/grant_pb.js';
import {
  AccountManagerService,
  CredentialManagerService,
  ResourceDeleterService,
  ResourceManagerService,
} from '#gen/c1/connector/v2/resource_pb.js';
import { type CallCheck, notApplicable } from '../check.ts';
import { describeFailure } from '../describe-call.ts';
import { Findings } from '../findings.ts';
import {
  expectRefusals,
  nonexistentName,
  type Refusable,
  refusable,
  refusalOf,
  unsupportedCodes,
} from '../refusals.ts';
import { capabilitiesOf, names, noCapabilities } from './capabilities.ts';

const noId = { resourceType: '', resource: '' };
const nonexistentId = { resourceType: nonexistentName, resource: nonexistentName };
const nonexistentEntitlement = {
  id: `${nonexistentName}:${nonexistentName}:${nonexistentName}`,
  resource: { id: nonexistentId },
};

/** A method, the capability that declares it, and requests that no connector may fulfill. */
interface ProvisioningMethod {
  readonly capability: Capability;
  /** Breaks a limit: a required message, an id or an e-mail address is missing. */
  readonly invalid: Refusable;
  /** Within the limits, with a nonexistent resource type; missing where that would not be safe enough. */
  readonly unsupported?: Refusable;
}

const methods: readonly ProvisioningMethod[] = [
  {
    capability: Capability.PROVISION,
    invalid: refusable(GrantManagerService.method.grant, {}),
    unsupported: refusable(GrantManagerService.method.grant, {
      entitlement: nonexistentEntitlement,
      principal: { id: nonexistentId },
    }),
  },
  {
    capability: Capability.PROVISION,
    invalid: refusable(GrantManagerService.method.revoke, {}),
    unsupported: refusable(GrantManagerService.method.revoke, {
      grant: { id: nonexistentName, entitlement: nonexistentEntitlement, principal: { id: nonexistentId } },
    }),
  },
  {
    capability: Capability.RESOURCE_CREATE,
    invalid: refusable(ResourceManagerService.method.createResource, { resource: { id: noId } }),
    unsupported: refusable(ResourceManagerService.method.createResource, { resource: { id: nonexistentId } }),
  },
  {
    capability: Capability.RESOURCE_DELETE,
    invalid: refusable(ResourceManagerService.method.deleteResource, { resourceId: noId }),
    unsupported: refusable(ResourceManagerService.method.deleteResource, { resourceId: nonexistentId }),
  },
  {
    capability: Capability.RESOURCE_DELETE,
    invalid: refusable(ResourceDeleterService.method.deleteResourceV2, { resourceId: noId }),
    unsupported: refusable(ResourceDeleterService.method.deleteResourceV2, { resourceId: nonexistentId }),
  },
  {
    capability: Capability.ACCOUNT_PROVISIONING,
    // Older runtimes ignore resource_type_id and create an account of their only type: the invalid address stops them.
    invalid: refusable(AccountManagerService.method.createAccount, {
      resourceTypeId: 'x'.repeat(1025),
      accountInfo: { emails: [{ address: '' }] },
    }),
  },
  {
    capability: Capability.CREDENTIAL_ROTATION,
    invalid: refusable(CredentialManagerService.method.rotateCredential, { resourceId: noId }),
    unsupported: refusable(CredentialManagerService.method.rotateCredential, { resourceId: nonexistentId }),
  },
  {
    capability: Capability.CREDENTIAL_ISSUE,
    invalid: refusable(CredentialManagerService.method.issueCredential, { identityId: noId, requestId: '' }),
  },
];

const provisioningInvalid: CallCheck = {
  id: 'provisioning-invalid-refused',
  title: 'Calls that change something reject requests that lack required fields, or are not implemented',
  judge: async (session) => {
    const findings = new Findings();
    const requests = methods.map(({ invalid }) => invalid);
    await expectRefusals(requests, [Code.InvalidArgument, ...unsupportedCodes], session, findings);
    return findings.result();
  },
};

const provisioningUnsupported: CallCheck = {
  id: 'provisioning-unsupported',
  title:
    'Calls whose capability is not declared return UNIMPLEMENTED, or FAILED_PRECONDITION while provisioning is off',
  judge: async (session) => {
    const capabilities = capabilitiesOf(session);
    if (!capabilities) {
      return notApplicable(noCapabilities);
    }
    const requests = methods
      .filter(({ capability }) => !names(capabilities, capability))
      .flatMap(({ unsupported }) => unsupported ?? []);
    const findings = new Findings();
    await expectRefusals(requests, unsupportedCodes, session, findings);
    return requests.length === 0 ? notApplicable('the connector declares all these capabilities') : findings.result();
  },
};

const provisioningAgrees: CallCheck = {
  id: 'provisioning-agrees',
  title: 'Calls whose capability is declared are implemented, or switched off (FAILED_PRECONDITION)',
  judge: async (session) => {
    const capabilities = capabilitiesOf(session);
    const named = methods.filter(({ capability }) => capabilities && names(capabilities, capability));
    const findings = new Findings();
    for (const { capability, invalid } of named) {
      const error = await refusalOf(invalid, session);
      if (error?.code === Code.Unimplemented) {
        findings.add(
          `GetMetadata declares CAPABILITY_${Capability[capability]}, but ${invalid.request} failed with ${describeFailure(error)}`,
        );
      }
    }
    return named.length === 0 ? notApplicable('the connector declares none of these capabilities') : findings.result();
  },
};

export const provisioningChecks = [provisioningInvalid, provisioningUnsupported, provisioningAgrees];
