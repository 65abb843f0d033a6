// Lists who has which role.

import {
  buildGrant,
  entitlementStub,
  type Listing,
  listing,
  type PlainGrant,
  type ResourceRequest,
} from 'baton-connector-sdk';
import type { Grant } from '#gen/c1/connector/v2/grant_pb.js';
import type { PercipioContext } from '../context.ts';
import { type KnownUsersPage, usersPosition } from '../memory/listed-users.ts';
import { userType } from '../resource-types.ts';
import { assignedSlug, toRoleResource } from './role-resource.ts';
import { readRolesOfUsers } from './roles-of-users.ts';

/** The grants of all roles in one enumeration of the users. */
export function createGrantsOfAllRoles(percipio: PercipioContext): Listing<PlainGrant, object> {
  return listing(usersPosition, async (_request, token, context) => {
    const { page, annotations } = await readRolesOfUsers(percipio, token?.offset ?? 0, context);
    const withoutRole = page.roles.filter((role) => role === undefined).length;
    if (withoutRole > 0) {
      context.reporter.countSkipped('users without a role', withoutRole);
    }
    return { items: grantsIn(page), next: positionBehind(page), annotations };
  });
}

/** The grants of one role: of each page of users those who have it, which may be nobody. */
export function createRoleGrants(percipio: PercipioContext): Listing<PlainGrant, ResourceRequest> {
  return listing(usersPosition, async ({ resource }, token, context) => {
    const { page, annotations } = await readRolesOfUsers(percipio, token?.offset ?? 0, context);
    return { items: grantsIn(page, resource.id?.resource ?? ''), next: positionBehind(page), annotations };
  });
}

/** A grant to a user, as the listings tell it. */
export function toRoleGrant(role: string, userId: string): Grant {
  return buildGrant(entitlementStub(toRoleResource(role), assignedSlug), userType.id, userId);
}

function grantsIn({ items, roles }: KnownUsersPage, wanted?: string): PlainGrant[] {
  const stubs = new Map<string, ReturnType<typeof entitlementStub>>();
  return items.flatMap((userId, index) => {
    const role = roles[index];
    if (role === undefined || (wanted !== undefined && role !== wanted)) {
      return [];
    }
    const stub = stubs.get(role) ?? entitlementStub(toRoleResource(role), assignedSlug);
    stubs.set(role, stub);
    return { entitlement: stub, principalType: userType.id, principal: userId };
  });
}

function positionBehind({ nextOffset }: KnownUsersPage) {
  return nextOffset === undefined ? undefined : { offset: nextOffset };
}
