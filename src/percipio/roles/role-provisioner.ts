// Grants and revokes roles. A user has exactly one: a new role replaces the old one, and a revoked one leaves a learner.

import { Code, type Context, entitlementId, type Provisioner, refusal, ServiceError } from 'baton-connector-sdk';
import type { Entitlement } from '#gen/c1/connector/v2/entitlement_pb.js';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import { userRoles } from '../api/user-changes.ts';
import type { PercipioContext } from '../context.ts';
import { roleType, userType } from '../resource-types.ts';
import { asService } from '../service-errors.ts';
import { userNotFound } from '../users/change-account.ts';
import { changeUser, type UserPlan, type UserUpdate } from '../users/change-user.ts';
import { leastRole } from '../users/user-fields.ts';
import { describeRole, isUserRole } from './role.ts';
import { toRoleGrant } from './role-grants.ts';
import { assignedSlug } from './role-resource.ts';

export function createRoleProvisioner(percipio: PercipioContext): Provisioner {
  return {
    grant: async ({ entitlement, principal }, context) => {
      const role = roleOf(entitlement);
      const userId = userIdOf(principal);
      if (!isUserRole(role)) {
        throw refusal(
          `Percipio's API does not accept the role ${role}. Roles that can be granted: ${userRoles.join(', ')}`,
          'role_not_grantable',
        );
      }
      const { before, written } = await changeRole(percipio, userId, context, (user) =>
        user.role === role ? undefined : { role },
      );
      return {
        outcome: written ? 'granted' : 'already-exists',
        grants: [toRoleGrant(role, userId)],
        replacedGrantId: written && before.role ? toRoleGrant(before.role, userId).id : undefined,
      };
    },
    revoke: async ({ grant: { entitlement, principal } }, context) => {
      const role = roleOf(entitlement);
      const { written } = await changeRole(percipio, userIdOf(principal), context, (user) => {
        if (user.role !== role) {
          return undefined;
        }
        if (role === leastRole) {
          throw refusal(
            `The role ${describeRole(role).name} cannot be revoked: every Percipio user has a role, and this is the lowest. To remove all access, disable the account`,
            'least_role',
          );
        }
        return { role: leastRole };
      });
      return written ? 'revoked' : 'already-revoked';
    },
  };
}

async function changeRole(
  { client }: PercipioContext,
  userId: string,
  { signal, logger }: Context,
  plan: UserPlan,
): Promise<UserUpdate> {
  const change = await asService(signal, (signal) => changeUser(client().users, userId, plan, signal));
  if (!change) {
    throw userNotFound(userId);
  }
  if (change.written) {
    const [from, to] = [change.before.role, change.after.role];
    logger.info({ user_id: userId, from, to }, 'changed the role of a user');
  }
  return change;
}

/** The role of an entitlement. */
function roleOf(entitlement: Entitlement | undefined): string {
  const resource = entitlement?.resource?.id;
  if (resource?.resourceType !== roleType.id || entitlement?.id !== entitlementId(resource, assignedSlug)) {
    throw invalidArgument(
      `entitlement: ${JSON.stringify(entitlement?.id ?? '')} is not a role entitlement, ${roleType.id}:<role>:${assignedSlug}`,
    );
  }
  return resource.resource;
}

/** The user id of a principal. */
function userIdOf(principal: Resource | undefined): string {
  const { resourceType = '', resource = '' } = principal?.id ?? {};
  if (resourceType !== userType.id || resource === '') {
    throw invalidArgument(
      `principal: only a ${userType.id} can have a role, not ${JSON.stringify(`${resourceType} ${resource}`.trim())}`,
    );
  }
  return resource;
}

function invalidArgument(message: string): ServiceError {
  return new ServiceError(Code.InvalidArgument, message, { reason: 'invalid_grant' });
}
