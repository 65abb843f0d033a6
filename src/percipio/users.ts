// The resource type `user`: people with an account.
import { z } from 'zod';
import { listing, type ResourceSyncer } from '../baton/connector.ts';
import { usersPageSizeMax } from './api/users.ts';
import type { PercipioContext } from './percipio-context.ts';
import { userType } from './resource-types.ts';
import { asService, rateLimitAnnotations } from './service-errors.ts';
import type { ListedIds } from './sync-memory.ts';
import { toUserResource } from './user-resource.ts';

const pageToken = z.strictObject({ offset: z.int().min(1) });

export function createUserSyncer(percipio: PercipioContext): ResourceSyncer {
  return {
    type: userType,
    list: listing(pageToken, async (_request, token, { signal, syncId }) => {
      // As large as Percipio allows, whatever the caller's page is: the runtime cuts it, and requests are what is scarce.
      const offset = token?.offset ?? 0;
      const page = await asService(signal, (signal) =>
        percipio.client().users.list({ max: usersPageSizeMax, offset }, signal),
      );
      const { users } = percipio.memory.scopeOf(syncId);
      users.add(
        offset,
        page.nextOffset,
        page.items.map((user) => user.id),
      );
      return {
        items: page.items.map(toUserResource),
        next: page.nextOffset === undefined ? undefined : { offset: page.nextOffset },
        annotations: rateLimitAnnotations(page.rateLimit),
      };
    }),
    get: async ({ id }, { signal }) => {
      const { value } = await asService(signal, (signal) => percipio.client().users.get(id.resource, signal));
      return value && toUserResource(value);
    },
  };
}

/** The ids of all users: those that the sync has listed in this process, or read anew if it listed them elsewhere. */
export async function readUserIds(
  percipio: PercipioContext,
  { users }: ListedIds,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  let offset: number | undefined = 0;
  while (!users.isComplete && offset !== undefined) {
    const page = await percipio.client().users.list({ max: usersPageSizeMax, offset }, signal);
    users.add(
      offset,
      page.nextOffset,
      page.items.map((user) => user.id),
    );
    offset = page.nextOffset;
  }
  return users.ids;
}
