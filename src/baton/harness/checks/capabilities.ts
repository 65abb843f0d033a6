// Checks that a connector has exactly the capabilities that it declares.
import { Code, ConnectError } from '@connectrpc/connect';
import { Capability, type ConnectorCapabilities } from '#gen/c1/connector/v2/connector_pb.js';
import { ResourceGetterService } from '#gen/c1/connector/v2/resource_pb.js';
import { type CallCheck, failed, notApplicable } from '../check.ts';
import { describeFailure, describeRequest, describeResource, quote } from '../describe-call.ts';
import { Findings } from '../findings.ts';
import { resourceKey } from '../listing.ts';
import type { Session } from '../session.ts';

export const noCapabilities = 'GetMetadata declares no capabilities';

export function capabilitiesOf({ metadata }: Session): ConnectorCapabilities | undefined {
  return metadata.ok ? metadata.value.capabilities : undefined;
}

/** Whether the connector declares a capability, for itself or for one of its types. */
export function names({ connectorCapabilities, resourceTypeCapabilities }: ConnectorCapabilities, wanted: Capability) {
  return [connectorCapabilities, ...resourceTypeCapabilities.map(({ capabilities }) => capabilities)].some((list) =>
    list.includes(wanted),
  );
}

const capabilityTypesAgree: CallCheck = {
  id: 'capability-types-agree',
  title: 'The capabilities cover exactly the listed resource types, each once and with CAPABILITY_SYNC',
  judge: async (session) => {
    const { walked, metadata } = session;
    const capabilities = capabilitiesOf(session);
    if (!capabilities) {
      return metadata.ok ? failed(noCapabilities) : notApplicable('GetMetadata failed');
    }
    if (walked.incomplete.has('resource types')) {
      return notApplicable('ListResourceTypes could not be read to its end');
    }
    const findings = new Findings();
    const named = capabilities.resourceTypeCapabilities.map(({ resourceType }) => resourceType?.id ?? '');
    for (const [index, id] of named.entries()) {
      if (!walked.hasType(id)) {
        findings.add(`GetMetadata declares capabilities for ${quote(id)}, which ListResourceTypes does not return`);
      } else if (named.indexOf(id) !== index) {
        findings.add(`GetMetadata declares capabilities for ${quote(id)} twice`);
      } else if (!capabilities.resourceTypeCapabilities[index]?.capabilities.includes(Capability.SYNC)) {
        findings.add(`GetMetadata does not declare CAPABILITY_SYNC for ${quote(id)}, which is listed`);
      }
    }
    for (const { id } of walked.types) {
      if (!named.includes(id)) {
        findings.add(`GetMetadata declares no capabilities for ${quote(id)}, which ListResourceTypes returns`);
      }
    }
    return findings.result();
  },
};

const capabilitiesUnited: CallCheck = {
  id: 'capabilities-united',
  title: 'The capabilities of the connector include those of all its resource types',
  judge: async (session) => {
    const capabilities = capabilitiesOf(session);
    if (!capabilities) {
      return notApplicable(noCapabilities);
    }
    const findings = new Findings();
    for (const { resourceType, capabilities: ofType } of capabilities.resourceTypeCapabilities) {
      for (const capability of ofType) {
        if (!capabilities.connectorCapabilities.includes(capability)) {
          findings.add(
            `GetMetadata declares CAPABILITY_${Capability[capability]} for ${quote(resourceType?.id ?? '')}, but not for the connector`,
          );
        }
      }
    }
    return findings.result();
  },
};

const targetedSyncAgrees: CallCheck = {
  id: 'targeted-sync-agrees',
  title: 'GetResource returns a listed resource for types with CAPABILITY_TARGETED_SYNC, and UNIMPLEMENTED for others',
  judge: async (session) => {
    const { walked, target } = session;
    const capabilities = capabilitiesOf(session);
    if (!capabilities) {
      return notApplicable(noCapabilities);
    }
    const findings = new Findings();
    for (const [typeId, resource] of walked.firstResources) {
      const ofType = capabilities.resourceTypeCapabilities.find(({ resourceType }) => resourceType?.id === typeId);
      const isTargeted = ofType?.capabilities.includes(Capability.TARGETED_SYNC) ?? false;
      const { id: resourceId, parentResourceId } = resource;
      const message = { ...(resourceId && { resourceId }), ...(parentResourceId && { parentResourceId }) };
      const request = describeRequest(ResourceGetterService.method.getResource, message);
      try {
        const { resource: got } = await target.call(ResourceGetterService.method.getResource, message);
        if (!isTargeted) {
          findings.add(`${request} succeeded, but ${typeId} has no CAPABILITY_TARGETED_SYNC`);
        } else if (resourceKey(got?.id) !== resourceKey(resourceId)) {
          findings.add(`${request} returned ${describeResource(got?.id)}`);
        }
      } catch (error) {
        if (!(error instanceof ConnectError)) {
          throw error;
        }
        if (isTargeted) {
          findings.add(`${request}, which was listed, failed with ${describeFailure(error)}`);
        } else if (error.code !== Code.Unimplemented) {
          findings.add(
            `${request} failed with ${describeFailure(error)}; without CAPABILITY_TARGETED_SYNC it must be UNIMPLEMENTED`,
          );
        }
      }
    }
    return walked.firstResources.size === 0 ? notApplicable('no resource was listed') : findings.result();
  },
};

const credentialOptionsAgree: CallCheck = {
  id: 'credential-options-agree',
  title: 'Preferred credential options are among the supported ones',
  judge: async (session) => {
    const details = capabilitiesOf(session)?.credentialDetails;
    const findings = new Findings();
    const offers = [
      ['accounts', details?.capabilityAccountProvisioning],
      ['rotation', details?.capabilityCredentialRotation],
    ] as const;
    const given = offers.filter(([, offer]) => offer !== undefined);
    for (const [what, offer] of given) {
      if (offer && !offer.supportedCredentialOptions.includes(offer.preferredCredentialOption)) {
        findings.add(`GetMetadata prefers an unsupported credential option for ${what}`);
      }
    }
    return given.length === 0 ? notApplicable('the connector declares no credential options') : findings.result();
  },
};

export const capabilityChecks = [capabilityTypesAgree, capabilitiesUnited, targetedSyncAgrees, credentialOptionsAgree];
