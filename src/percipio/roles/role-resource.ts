// Maps a role of Percipio to a resource of type `role`, and to its entitlement.
import { create } from '@bufbuild/protobuf';
import { type Annotation, annotation, buildAssignmentEntitlement, buildRoleResource } from 'baton-connector-sdk';
import { EntitlementExclusionGroupSchema } from '#gen/c1/connector/v2/annotation_exclusion_group_pb.js';
import type { Entitlement } from '#gen/c1/connector/v2/entitlement_pb.js';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import { roleType, userType } from '../resource-types.ts';
import { leastRole } from '../users/user-fields.ts';
import { describeRole, isUserRole } from './role.ts';

/** The slug of a role's only entitlement. */
export const assignedSlug = 'assigned';

/** Shown to users until somebody renames it. */
const exclusionGroupId = 'Percipio role';

/** A role as ConductorOne sees it. Its id is the value of a user's `role` in Percipio. */
export function toRoleResource(role: string): Resource {
  const { name, description } = describeRole(role);
  return buildRoleResource({ type: roleType, id: role, displayName: name, description });
}

/** The entitlement to have a role. */
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
 * A user has exactly one role, and becomes a learner without any other. Unknown roles are in no group: a group of over 50
 * fails a sync of the Go SDK, and the number of roles is unknown.
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
