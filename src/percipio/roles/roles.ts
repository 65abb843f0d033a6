// The resource type `role`: what users may do in Percipio, and who has which role.

import { type Context, listing, type ResourceSyncer, singlePage } from 'baton-connector-sdk';
import { z } from 'zod';
import { userRoles } from '../api/user-changes.ts';
import type { PercipioContext } from '../context.ts';
import { type KnownUsersPage, usersPosition } from '../memory/listed-users.ts';
import { roleType } from '../resource-types.ts';
import { isUserRole } from './role.ts';
import { createGrantsOfAllRoles, createRoleGrants, readRolesOfUsers } from './role-grants.ts';
import { createRoleProvisioner } from './role-provisioner.ts';
import { toRoleEntitlement, toRoleResource } from './role-resource.ts';

/** `told` are the unknown roles on earlier pages, so that each is listed once. */
const pageToken = usersPosition.extend({ told: z.array(z.string()).optional() });

const unknownRole =
  'Percipio has users with an unknown role: it is synced under its Percipio name, and can be revoked but not granted';

export function createRoleSyncer(percipio: PercipioContext): ResourceSyncer {
  return {
    type: roleType,
    // Percipio lists users, not roles: each page is one of users, and the first one begins with the known roles.
    list: listing(pageToken, async (_request, token, context) => {
      const { page, annotations } = await readRolesOfUsers(percipio, token?.offset ?? 0, context);
      const told = new Set(token?.told);
      const newRoles = unknownRolesOf(page).filter((role) => !told.has(role));
      for (const role of newRoles) {
        context.logger.warn({ role }, unknownRole);
      }
      const items = [...(token ? [] : userRoles), ...newRoles].map(toRoleResource);
      return { items, next: pageAfter(page, [...told, ...newRoles]), annotations };
    }),
    get: async ({ id: { resource: role } }, context) =>
      isUserRole(role) || (await isHeld(percipio, role, context)) ? toRoleResource(role) : undefined,
    entitlements: singlePage(async ({ resource }) => [toRoleEntitlement(resource.id?.resource ?? '')]),
    grants: createRoleGrants(percipio),
    grantsOfType: createGrantsOfAllRoles(percipio),
    provisioner: createRoleProvisioner(percipio),
  };
}

/** The unknown roles on a page of users, each once. */
function unknownRolesOf({ roles }: KnownUsersPage): string[] {
  return [...new Set(roles)].flatMap((role) => (role === undefined || isUserRole(role) ? [] : [role]));
}

/** Whether any user has a role: an unknown role exists as long as somebody has it. */
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

function pageAfter({ nextOffset }: KnownUsersPage, told: readonly string[]): z.output<typeof pageToken> | undefined {
  return nextOffset === undefined ? undefined : { offset: nextOffset, ...(told.length > 0 && { told: [...told] }) };
}
