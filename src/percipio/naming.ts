// How people name users and roles of Percipio in a file of changes.
import { Code, type Naming, ServiceError } from 'baton-connector-sdk';
import { userRoles } from './api/user-changes.ts';
import type { PercipioContext } from './context.ts';
import { describeRole } from './roles/role.ts';
import { toRoleEntitlement } from './roles/role-resource.ts';
import { findPerson } from './users/find-person.ts';
import { parseRole } from './users/user-fields.ts';
import { toUserResource } from './users/user-resource.ts';

/** @param target - The organization and the API. */
export function createNaming(percipio: PercipioContext, target: string): Naming {
  return {
    target,
    accountFields: ['external_user_id', 'email', 'login_name'],
    findAccount: async (name, context) => {
      const user = await findPerson(percipio, name, context);
      return user && toUserResource(user);
    },
    entitlements: {
      role: async (name) => {
        const role = parseRole(name);
        if (role) return toRoleEntitlement(role);
        const valid = userRoles.map((role) => `${describeRole(role).name} (${role})`).join(', ');
        throw new ServiceError(Code.InvalidArgument, `unknown role; valid roles: ${valid}`, {
          reason: 'role_not_grantable',
        });
      },
    },
  };
}
