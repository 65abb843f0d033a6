// Gives and takes roles. A person has exactly one: who gets a role loses the one before, who loses one is a learner.

import { Code, type Context, entitlementId, type Provisioner, refusal, ServiceError } from 'baton-connector-sdk';
import type { Entitlement } from '#gen/c1/connector/v2/entitlement_pb.js';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import { userRoles } from '../api/user-changes.ts';
import type { PercipioContext } from '../context.ts';
import { roleType, userType } from '../resource-types.ts';
import { asService } from '../service-errors.ts';
import { changeUser, type UserChange, type UserPlan } from '../users/change-user.ts';
import { describeRole, isUserRole, leastRole } from './role.ts';
import { toRoleGrant } from './role-grants.ts';
import { assignedSlug } from './role-resource.ts';

export function createRoleProvisioner(percipio: PercipioContext): Provisioner {
  return {
    grant: async ({ entitlement, principal }, context) => {
      const role = roleOf(entitlement);
      const userId = userIdOf(principal);
      if (!isUserRole(role)) {
        throw refusal(
          `Percipio's API does not take the role ${role}. These roles can be granted: ${userRoles.join(', ')}`,
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
            `The role ${describeRole(role).name} cannot be revoked: everyone in Percipio has a role, and this is the least one. To take all access away, disable the account`,
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
): Promise<UserChange> {
  const change = await asService(signal, (signal) => changeUser(client().users, userId, plan, signal));
  if (!change) {
    throw new ServiceError(Code.NotFound, `Percipio has no user ${userId} (any more)`, { reason: 'user_not_found' });
  }
  if (change.written) {
    const [from, to] = [change.before.role, change.after.role];
    logger.info({ user_id: userId, from, to }, 'changed the role of a user');
  }
  return change;
}

/** The role whose entitlement it is. */
function roleOf(entitlement: Entitlement | undefined): string {
  const resource = entitlement?.resource?.id;
  if (resource?.resourceType !== roleType.id || entitlement?.id !== entitlementId(resource, assignedSlug)) {
    throw invalidArgument(
      `entitlement: ${JSON.stringify(entitlement?.id ?? '')} is not that of a role, ${roleType.id}:<role>:${assignedSlug}`,
    );
  }
  return resource.resource;
}

/** The user who a principal is. */
function userIdOf(principal: Resource | undefined): string {
  const { resourceType = '', resource = '' } = principal?.id ?? {};
  if (resourceType !== userType.id || resource === '') {
    throw invalidArgument(
      `principal: only a ${userType.id} can have a role, and not ${resourceType || 'nobody'} ${resource}`,
    );
  }
  return resource;
}

function invalidArgument(message: string): ServiceError {
  return new ServiceError(Code.InvalidArgument, message, { reason: 'invalid_grant' });
}
