// Maps a Percipio user to a resource of type `user`.
import type { JsonObject } from '@bufbuild/protobuf';
import { buildUserResource } from 'baton-connector-sdk';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import type { User } from '../api/user.ts';
import { userType } from '../resource-types.ts';

/** A user as ConductorOne sees it. Every field of a Percipio user except its id may be null. */
export function toUserResource(user: User): Resource {
  return buildUserResource({
    type: userType,
    id: user.id,
    displayName: [user.firstName, user.lastName].filter(Boolean).join(' ') || user.email || user.id,
    enabled: user.isActive ?? false,
    email: user.email ?? '',
    login: user.loginName || user.email || '',
    profile: toProfile(user),
  });
}

/**
 * The profile: custom attributes by name, and the keys of the Go connector, which win a clash (there, a custom attribute
 * `id` or `role` would hide the real one). A null becomes empty or false, as in Go.
 *
 * The keys that the Go connector does not have lose a clash, and are missing where there is no value.
 */
function toProfile(user: User): JsonObject {
  const { id, externalUserId, email } = user.approvalManager ?? {};
  const profile: JsonObject = {
    ...(id && { manager_id: id }),
    ...(externalUserId && { manager_external_id: externalUserId }),
    ...(email && { manager_email: email }),
  };
  for (const { name, value } of user.customAttributes ?? []) {
    if (name) {
      profile[name] = value ?? '';
    }
  }
  return {
    ...profile,
    id: user.id,
    external_id: user.externalUserId ?? '',
    approval_manager: user.approvalManager?.email ?? '',
    email: user.email ?? '',
    first_name: user.firstName ?? '',
    has_coaching: user.hasCoaching ?? false,
    has_enterprise_coaching: user.hasEnterpriseCoaching ?? false,
    has_enterprise_coaching_dashboard: user.hasEnterpriseCoachingDashboard ?? false,
    is_active: user.isActive ?? false,
    is_instructor: user.isInstructor ?? false,
    job_title: user.jobTitle ?? '',
    last_name: user.lastName ?? '',
    login_name: user.loginName ?? '',
    role: user.role ?? '',
  };
}
