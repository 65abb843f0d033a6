// Walks through the users of a sync for their roles, without asking Percipio again for users that the sync has listed.

import type { Annotation, Context } from 'baton-connector-sdk';
import type { PercipioContext } from '../context.ts';
import type { KnownUsersPage } from '../memory/listed-users.ts';
import { asService, rateLimitAnnotations } from '../service-errors.ts';

export interface RolesOfUsers {
  readonly page: KnownUsersPage;
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
  const { users } = memory.scopeOf(syncId).lists;
  const known = syncId === undefined ? undefined : users.get(offset);
  if (known) {
    return { page: known, annotations: [] };
  }
  const { known: page, rateLimit } = await asService(signal, (signal) => users.read(client().users, offset, signal));
  return { page, annotations: rateLimitAnnotations(rateLimit) };
}
