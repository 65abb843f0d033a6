// Builds grants, with ids as the protocol joins them.
import { create } from '@bufbuild/protobuf';
import { type Entitlement, EntitlementSchema } from '#gen/c1/connector/v2/entitlement_pb.js';
import { type Grant, GrantSchema } from '#gen/c1/connector/v2/grant_pb.js';
import { type Resource, ResourceSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { entitlementId } from './entitlement.ts';

/**
 * What a grant carries of its entitlement: the id and the resource with its name. Made once for all grants of an
 * entitlement; a description or a profile in there would be written again with each of them.
 */
export function entitlementStub(resource: Resource, slug: string): Entitlement {
  return create(EntitlementSchema, {
    id: entitlementId(resource.id, slug),
    resource: create(ResourceSchema, { ...(resource.id && { id: resource.id }), displayName: resource.displayName }),
  });
}

/**
 * A grant of an entitlement to a principal. Its id is the entitlement's, the principal's type and the principal, joined
 * by colons (pkg/types/grant of baton-sdk v0.25.0).
 */
export function buildGrant(entitlement: Entitlement, principalType: string, principal: string): Grant {
  return create(GrantSchema, {
    entitlement,
    principal: create(ResourceSchema, { id: { resourceType: principalType, resource: principal } }),
    id: `${entitlement.id}:${principalType}:${principal}`,
  });
}
