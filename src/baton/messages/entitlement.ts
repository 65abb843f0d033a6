// Builds entitlements of a resource, with ids as the protocol joins them.
import { create } from '@bufbuild/protobuf';
import { type Entitlement, Entitlement_PurposeValue, EntitlementSchema } from '#gen/c1/connector/v2/entitlement_pb.js';
import type { Resource, ResourceId, ResourceType } from '#gen/c1/connector/v2/resource_pb.js';
import type { Annotation } from '../author/connector.ts';
import { cutText, descriptionMaxBytes, displayNameMaxBytes, packAnnotations } from './resource.ts';

/**
 * The id of an entitlement: resource type, resource and slug joined by colons, nothing escaped. ConductorOne keeps
 * configuration under these ids, so they never change (pkg/types/entitlement of baton-sdk v0.25.0).
 */
export function entitlementId(resource: ResourceId | undefined, slug: string): string {
  return `${resource?.resourceType ?? ''}:${resource?.resource ?? ''}:${slug}`;
}

export interface EntitlementInit {
  readonly resource: Resource;
  /** What is granted, unique within the resource: `completed`. */
  readonly slug: string;
  readonly displayName: string;
  readonly description: string;
  /** The types of those who can have it. */
  readonly grantableTo: readonly ResourceType[];
  readonly annotations?: readonly Annotation[];
}

/** An entitlement whose purpose is assignment: being in something, rather than being allowed something. */
export function buildAssignmentEntitlement(init: EntitlementInit): Entitlement {
  return create(EntitlementSchema, {
    resource: init.resource,
    id: entitlementId(init.resource.id, init.slug),
    displayName: cutText(init.displayName, displayNameMaxBytes),
    description: cutText(init.description, descriptionMaxBytes),
    grantableTo: [...init.grantableTo],
    annotations: packAnnotations(init.annotations ?? []),
    purpose: Entitlement_PurposeValue.ASSIGNMENT,
    slug: init.slug,
  });
}
