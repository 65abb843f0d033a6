// How a user is deactivated: with or without their role, as the operator wants it.
import type { User } from '../api/user.ts';
import type { PercipioContext } from '../context.ts';
import type { UserPlan, UserUpdate } from './change-user.ts';
import { differencesOf } from './user-differences.ts';
import { leastRole } from './user-fields.ts';

/** Makes a user inactive and, with `--reset-role-on-disable`, a learner: also one who is inactive already. */
export function planDeactivation({ resetsRoleOnDisable }: Pick<PercipioContext, 'resetsRoleOnDisable'>): UserPlan {
  return (user) =>
    differencesOf(user, {
      isActive: false,
      role: resetsRoleOnDisable && hasHigherRole(user) ? leastRole : undefined,
    });
}

/** The role that a user lost by being deactivated, if any. */
export function removedRole({ before, after }: Pick<UserUpdate, 'before' | 'after'>): string | undefined {
  return hasHigherRole(before) && after.role === leastRole ? before.role : undefined;
}

/** Any role but the one that everybody has: custom roles of the organization too. */
function hasHigherRole({ role }: User): boolean {
  return Boolean(role) && role !== leastRole;
}
