// Walks through the users of a sync for their roles, without asking Percipio again for users that the sync has listed.

import type { Annotation, Context } from 'baton-connector-sdk';
import { z } from 'zod';
import type { PercipioContext } from '../context.ts';
import { asService, rateLimitAnnotations } from '../service-errors.ts';
import type { ListedUsersPage } from '../users/listed-users.ts';

/** A place in the list of users. */
export const usersPosition = z.strictObject({ offset: z.int().min(1) });

export interface RolesOfUsers {
  readonly page: ListedUsersPage;
  /** The rate limit, where Percipio was asked. */
  readonly annotations: readonly Annotation[];
}

/**
 * The users from an offset on, with their roles: as this sync has listed them in this process, or read now. Callers that
 * told no sync get what Percipio has now: whoever asks by hand wants to see what was just changed.
 */
export async function readRolesOfUsers(
  { client, memory }: PercipioContext,
  offset: number,
  { syncId, signal }: Context,
): Promise<RolesOfUsers> {
  const { users } = memory.scopeOf(syncId);
  const known = syncId === undefined ? undefined : users.get(offset);
  if (known) {
    return { page: known, annotations: [] };
  }
  const { listed, rateLimit } = await asService(signal, (signal) => users.read(client().users, offset, signal));
  return { page: listed, annotations: rateLimitAnnotations(rateLimit) };
}
