// Builds entitlements, with ids as the protocol joins them.
import { create } from '@bufbuild/protobuf';
import { type Entitlement, Entitlement_PurposeValue, EntitlementSchema } from '#gen/c1/connector/v2/entitlement_pb.js';
import type { Resource, ResourceId, ResourceType } from '#gen/c1/connector/v2/resource_pb.js';
import type { Annotation } from '../author/connector.ts';
import { cutText, descriptionMaxBytes, displayNameMaxBytes, packAnnotations } from './resource.ts';

/**
 * The id of an entitlement: resource type, resource and slug joined by colons, without escaping. ConductorOne stores
 * configuration under these ids, so they must never change (pkg/types/entitlement of baton-sdk v0.25.0).
 */
export function entitlementId(resource: ResourceId | undefined, slug: string): string {
  return `${resource?.resourceType ?? ''}:${resource?.resource ?? ''}:${slug}`;
}

/** What an entitlement is built from. */
export interface EntitlementInit {
  readonly resource: Resource;
  /** Names the entitlement within its resource: `completed`. */
  readonly slug: string;
  readonly displayName: string;
  readonly description: string;
  /** The types of the principals that can have it. */
  readonly grantableTo: readonly ResourceType[];
  readonly annotations?: readonly Annotation[];
}

/** Builds an entitlement for an assignment, such as membership, rather than for a permission. */
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
