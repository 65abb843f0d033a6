// Lists who has which role: page by page of users, without a request for pages that the sync has listed.

import {
  type Annotation,
  buildGrant,
  type Context,
  entitlementStub,
  type Listing,
  listing,
  type PlainGrant,
  type ResourceRequest,
} from 'baton-connector-sdk';
import type { Grant } from '#gen/c1/connector/v2/grant_pb.js';
import type { PercipioContext } from '../context.ts';
import { countUnread } from '../count-unread.ts';
import { type KnownUsersPage, usersPosition } from '../memory/listed-users.ts';
import { userType } from '../resource-types.ts';
import { asService, rateLimitAnnotations } from '../service-errors.ts';
import { assignedSlug, toRoleResource } from './role-resource.ts';

/** The grants of all roles in one enumeration of the users. */
export function createGrantsOfAllRoles(percipio: PercipioContext): Listing<PlainGrant, object> {
  return listing(usersPosition, async (_request, token, context) => {
    const { page, annotations } = await readRolesOfUsers(percipio, token?.offset ?? 0, context);
    const withoutRole = page.roles.filter((role) => role === undefined).length;
    if (withoutRole > 0) {
      context.reporter.countSkipped('users without a role', withoutRole);
    }
    return { items: grantsIn(page), next: positionAfter(page), annotations };
  });
}

/** The grants of one role: from each page of users those who have it, which may be none. */
export function createRoleGrants(percipio: PercipioContext): Listing<PlainGrant, ResourceRequest> {
  return listing(usersPosition, async ({ resource }, token, context) => {
    const { page, annotations } = await readRolesOfUsers(percipio, token?.offset ?? 0, context);
    return { items: grantsIn(page, resource.id?.resource ?? ''), next: positionAfter(page), annotations };
  });
}

/** A grant to a user, as the listings return it. */
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

function positionAfter({ nextOffset }: KnownUsersPage) {
  return nextOffset === undefined ? undefined : { offset: nextOffset };
}

interface RolesOfUsers {
  readonly page: KnownUsersPage;
  /** The rate limit, if there was a request. */
  readonly annotations: readonly Annotation[];
}

/**
 * The users from an offset on, with their roles: as this sync has listed them in this process, or read now. Callers
 * without a sync id always get a new page: whoever asks by hand wants to see the latest change.
 */
export async function readRolesOfUsers(
  { client, memory }: PercipioContext,
  offset: number,
  { syncId, signal, reporter }: Context,
): Promise<RolesOfUsers> {
  const { users } = memory.scopeOf(syncId).lists;
  const known = syncId === undefined ? undefined : users.get(offset);
  if (known) {
    return { page: known, annotations: [] };
  }
  const read = await asService(signal, (signal) => users.read(client().users, offset, signal));
  const { known: page, unread, rateLimit } = read;
  countUnread(unread, 'users', reporter);
  return { page, annotations: rateLimitAnnotations(rateLimit) };
}
