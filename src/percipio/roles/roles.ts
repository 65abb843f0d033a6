// The resource type `role`: what people may do in Percipio, and who has which role.

import { type Context, listing, type ResourceSyncer, singlePage } from 'baton-connector-sdk';
import { z } from 'zod';
import { userRoles } from '../api/user-changes.ts';
import type { PercipioContext } from '../context.ts';
import { type KnownUsersPage, usersPosition } from '../memory/listed-users.ts';
import { roleType } from '../resource-types.ts';
import { isUserRole } from './role.ts';
import { createGrantsOfAllRoles, createRoleGrants } from './role-grants.ts';
import { createRoleProvisioner } from './role-provisioner.ts';
import { toRoleEntitlement, toRoleResource } from './role-resource.ts';
import { readRolesOfUsers } from './roles-of-users.ts';

/** `told` are the roles on pages before that are not known, so that each is told once. */
const pageToken = usersPosition.extend({ told: z.array(z.string()).optional() });

const unknownRole =
  'Percipio has users with a role that this connector does not know; it is synced by the name that Percipio gives it, and can be taken away, but not granted';

export function createRoleSyncer(percipio: PercipioContext): ResourceSyncer {
  return {
    type: roleType,
    // Percipio lists users and no roles: a page is one of users, the first one begins with the roles that are known.
    list: listing(pageToken, async (_request, token, context) => {
      const { page, annotations } = await readRolesOfUsers(percipio, token?.offset ?? 0, context);
      const told = new Set(token?.told);
      const untold = unknownRolesOf(page).filter((role) => !told.has(role));
      for (const role of untold) {
        context.logger.warn({ role }, unknownRole);
      }
      const items = [...(token ? [] : userRoles), ...untold].map(toRoleResource);
      return { items, next: behind(page, [...told, ...untold]), annotations };
    }),
    get: async ({ id: { resource: role } }, context) =>
      isUserRole(role) || (await isHeld(percipio, role, context)) ? toRoleResource(role) : undefined,
    entitlements: singlePage(async ({ resource }) => [toRoleEntitlement(resource.id?.resource ?? '')]),
    grants: createRoleGrants(percipio),
    grantsOfType: createGrantsOfAllRoles(percipio),
    provisioner: createRoleProvisioner(percipio),
  };
}

/** Those of users on a page, each once. */
function unknownRolesOf({ roles }: KnownUsersPage): string[] {
  return [...new Set(roles)].flatMap((role) => (role === undefined || isUserRole(role) ? [] : [role]));
}

/** Whether any user has a role: a role that is not known exists as long as somebody has it. */
async function isHeld(percipio: PercipioContext, role: string, context: Context): Promise<boolean> {
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const { page } = await readRolesOfUsers(percipio, offset, context);
    if (page.roles.includes(role)) {
      return true;
    }
    offset = page.nextOffset;
  }
  return false;
}

function behind({ nextOffset }: KnownUsersPage, told: readonly string[]): z.output<typeof pageToken> | undefined {
  return nextOffset === undefined ? undefined : { offset: nextOffset, ...(told.length > 0 && { told: [...told] }) };
}
