// What a connector can do, derived from what its author implemented.
import { create } from '@bufbuild/protobuf';
import { anyIs, anyUnpack } from '@bufbuild/protobuf/wkt';
import {
  Capability,
  CapabilityPermissionsSchema,
  type ConnectorCapabilities,
  ConnectorCapabilitiesSchema,
  CredentialDetailsSchema,
  DeprecatedSchema,
  OptInRequiredSchema,
  type ResourceTypeCapability,
  ResourceTypeCapabilitySchema,
  SkipSyncAnomalyDetectionSchema,
} from '#gen/c1/connector/v2/connector_pb.js';
import type { Connector, ResourceSyncer } from '../connector.ts';

/**
 * The capabilities as ConnectorService.GetMetadata answers and `capabilities` prints them. Order and derivation are the
 * Go SDK's (GetCapabilities in pkg/connectorbuilder of baton-sdk v0.25.0): resource types by id, each with its own list,
 * and for the connector the sorted union of them. `permissions` and `credentialDetails` are present even when empty.
 */
export function deriveCapabilities(connector: Connector): ConnectorCapabilities {
  const types = connector.resourceTypes.map(deriveResourceTypeCapability).sort(byTypeId);
  const ofConnector = new Set(types.flatMap((type) => type.capabilities));
  if (ofConnector.has(Capability.TARGETED_SYNC)) ofConnector.add(Capability.SERVICE_MODE_TARGETED_SYNC);
  return create(ConnectorCapabilitiesSchema, {
    resourceTypeCapabilities: types,
    connectorCapabilities: [...ofConnector].sort((a, b) => a - b),
    credentialDetails: create(CredentialDetailsSchema),
  });
}

function deriveResourceTypeCapability(syncer: ResourceSyncer): ResourceTypeCapability {
  const { annotations } = syncer.type;
  const permissions = annotations.find((annotation) => anyIs(annotation, CapabilityPermissionsSchema));
  return create(ResourceTypeCapabilitySchema, {
    resourceType: syncer.type,
    capabilities: [Capability.SYNC, ...(syncer.get ? [Capability.TARGETED_SYNC] : [])],
    permissions: (permissions && anyUnpack(permissions, CapabilityPermissionsSchema)) ?? {},
    optInRequired: annotations.some((annotation) => anyIs(annotation, OptInRequiredSchema)),
    skipSyncAnomalyDetection: annotations.some((annotation) => anyIs(annotation, SkipSyncAnomalyDetectionSchema)),
    deprecated: annotations.some((annotation) => anyIs(annotation, DeprecatedSchema)),
  });
}

function byTypeId(a: ResourceTypeCapability, b: ResourceTypeCapability): number {
  const [idOfA, idOfB] = [a.resourceType?.id ?? '', b.resourceType?.id ?? ''];
  return idOfA < idOfB ? -1 : idOfA > idOfB ? 1 : 0;
}
