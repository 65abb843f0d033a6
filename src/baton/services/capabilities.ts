// Derives the capabilities of a connector from what its author implemented.
import { create } from '@bufbuild/protobuf';
import { anyIs, anyUnpack } from '@bufbuild/protobuf/wkt';
import {
  Capability,
  CapabilityPermissionsSchema,
  type ConnectorCapabilities,
  ConnectorCapabilitiesSchema,
  type CredentialDetails,
  CredentialDetailsSchema,
  DeprecatedSchema,
  OptInRequiredSchema,
  type ResourceTypeCapability,
  ResourceTypeCapabilitySchema,
  SkipSyncAnomalyDetectionSchema,
} from '#gen/c1/connector/v2/connector_pb.js';
import type { Connector, ResourceSyncer } from '../author/connector.ts';
import type { CredentialKind } from '../author/provisioner.ts';
import { optionOfKind } from '../credentials/credential-kind.ts';
import { findDescribedAccounts } from './provisioning/account-syncers.ts';

/**
 * The capabilities that ConnectorService.GetMetadata returns and `capabilities` prints. Order and derivation are those of
 * the Go SDK (GetCapabilities in pkg/connectorbuilder of baton-sdk v0.25.0): resource types by id, each with its own list;
 * for the connector the sorted union of these lists and of the capabilities that belong to no type. They say what the
 * connector can do, whatever the program was started with. `permissions` and `credentialDetails` are always present.
 */
export function deriveCapabilities(connector: Connector): ConnectorCapabilities {
  const types = connector.resourceTypes.map(deriveResourceTypeCapability).sort(byTypeId);
  const ofConnector = new Set(types.flatMap((type) => type.capabilities));
  if (connector.eventFeeds?.length) ofConnector.add(Capability.EVENT_FEED_V2);
  if (connector.actions?.length) ofConnector.add(Capability.ACTIONS);
  if (ofConnector.has(Capability.TARGETED_SYNC)) ofConnector.add(Capability.SERVICE_MODE_TARGETED_SYNC);
  return create(ConnectorCapabilitiesSchema, {
    resourceTypeCapabilities: types,
    connectorCapabilities: [...ofConnector].sort((a, b) => a - b),
    credentialDetails: deriveCredentialDetails(connector.resourceTypes),
  });
}

function deriveResourceTypeCapability(syncer: ResourceSyncer): ResourceTypeCapability {
  const { annotations } = syncer.type;
  const permissions = annotations.find((annotation) => anyIs(annotation, CapabilityPermissionsSchema));
  return create(ResourceTypeCapabilitySchema, {
    resourceType: syncer.type,
    capabilities: capabilitiesOf(syncer),
    permissions: (permissions && anyUnpack(permissions, CapabilityPermissionsSchema)) ?? {},
    optInRequired: annotations.some((annotation) => anyIs(annotation, OptInRequiredSchema)),
    skipSyncAnomalyDetection: annotations.some((annotation) => anyIs(annotation, SkipSyncAnomalyDetectionSchema)),
    deprecated: annotations.some((annotation) => anyIs(annotation, DeprecatedSchema)),
  });
}

/** In the order of the Go SDK. */
function capabilitiesOf(syncer: ResourceSyncer): Capability[] {
  return [
    Capability.SYNC,
    ...(syncer.get ? [Capability.TARGETED_SYNC] : []),
    ...(syncer.provisioner ? [Capability.PROVISION] : []),
    ...(syncer.accounts ? [Capability.ACCOUNT_PROVISIONING] : []),
    ...(syncer.delete ? [Capability.RESOURCE_DELETE] : []),
    ...(syncer.create ? [Capability.RESOURCE_CREATE] : []),
    ...(syncer.credentials ? [Capability.CREDENTIAL_ROTATION] : []),
  ];
}

/** The connector has one set of details for all of its types. */
function deriveCredentialDetails(syncers: readonly ResourceSyncer[]): CredentialDetails {
  const accounts = findDescribedAccounts(syncers);
  const { credentials } = syncers.find((syncer) => syncer.credentials) ?? {};
  return create(CredentialDetailsSchema, {
    ...(accounts && { capabilityAccountProvisioning: describeOptions(accounts.credentialOptions) }),
    ...(credentials && { capabilityCredentialRotation: describeOptions(credentials.credentialOptions) }),
  });
}

function describeOptions(kinds: readonly [CredentialKind, ...CredentialKind[]]) {
  return {
    supportedCredentialOptions: kinds.map((kind) => optionOfKind[kind]),
    preferredCredentialOption: optionOfKind[kinds[0]],
  };
}

function byTypeId(a: ResourceTypeCapability, b: ResourceTypeCapability): number {
  const [idOfA, idOfB] = [a.resourceType?.id ?? '', b.resourceType?.id ?? ''];
  return idOfA < idOfB ? -1 : idOfA > idOfB ? 1 : 0;
}
