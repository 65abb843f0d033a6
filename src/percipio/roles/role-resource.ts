// Maps a role of Percipio to a resource of type `role`, and to the entitlement that having it is.
import { create } from '@bufbuild/protobuf';
import { type Annotation, annotation, buildAssignmentEntitlement, buildRoleResource } from 'baton-connector-sdk';
import { EntitlementExclusionGroupSchema } from '#gen/c1/connector/v2/annotation_exclusion_group_pb.js';
import type { Entitlement } from '#gen/c1/connector/v2/entitlement_pb.js';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import { roleType, userType } from '../resource-types.ts';
import { describeRole, isUserRole, leastRole } from './role.ts';

/** The slug of a role's only entitlement. */
export const assignedSlug = 'assigned';

/** People see it until someone renames it. */
const exclusionGroupId = 'Percipio role';

/** A role as ConductorOne sees it. Its id is what Percipio has in a user's `role`. */
export function toRoleResource(role: string): Resource {
  const { name, description } = describeRole(role);
  return buildRoleResource({ type: roleType, id: role, displayName: name, description });
}

/** Having a role. */
export function toRoleEntitlement(role: string): Entitlement {
  const { name } = describeRole(role);
  return buildAssignmentEntitlement({
    resource: toRoleResource(role),
    slug: assignedSlug,
    displayName: `${name} role`,
    description: `Has the role ${name} in Percipio`,
    grantableTo: [userType],
    annotations: exclusionGroupOf(role),
  });
}

/**
 * A person has exactly one role, and who loses another one is a learner. Roles that are not known are in no group: a
 * group of over 50 would fail a sync of the Go SDK, and nobody says how many there are.
 */
function exclusionGroupOf(role: string): Annotation[] {
  if (!isUserRole(role)) {
    return [];
  }
  const group = create(EntitlementExclusionGroupSchema, {
    exclusionGroupId,
    order: describeRole(role).privilege,
    isDefault: role === leastRole,
  });
  return [annotation(EntitlementExclusionGroupSchema, group)];
}
