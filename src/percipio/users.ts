// The resource type `user`: people with an account.
import { z } from 'zod';
import { listing, type ResourceSyncer } from '../baton/connector.ts';
import { type UsersPage, usersPageSizeMax } from './api/users.ts';
import { firstPageKey, type ListedPages } from './listed-pages.ts';
import type { PercipioContext } from './percipio-context.ts';
import { userType } from './resource-types.ts';
import { asService, rateLimitAnnotations } from './service-errors.ts';
import type { Listed } from './sync-memory.ts';
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
      remember(percipio.memory.scopeOf(syncId).users, offset, page);
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
  { client }: Pick<PercipioContext, 'client'>,
  { users }: Listed,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const known = users.all();
  if (known) {
    return known;
  }
  const ids: string[] = [];
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const page: UsersPage = await client().users.list({ max: usersPageSizeMax, offset }, signal);
    remember(users, offset, page);
    ids.push(...page.items.map((user) => user.id));
    offset = page.nextOffset;
  }
  return ids;
}

function remember(users: ListedPages<string>, offset: number, { items, nextOffset }: UsersPage): void {
  const keyOf = (offset: number) => (offset === 0 ? firstPageKey : String(offset));
  users.add(keyOf(offset), {
    items: items.map((user) => user.id),
    nextKey: nextOffset === undefined ? undefined : keyOf(nextOffset),
  });
}
