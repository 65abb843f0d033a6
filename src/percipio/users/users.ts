// The resource type `user`: people with an account.
import { listing, type ResourceSyncer } from 'baton-connector-sdk';
import type { PercipioContext } from '../context.ts';
import { userType } from '../resource-types.ts';
import { usersPosition } from '../roles/roles-of-users.ts';
import { asService, rateLimitAnnotations } from '../service-errors.ts';
import type { Listed } from '../sync-memory.ts';
import { createAccountManager } from './accounts/account-manager.ts';
import { createCredentialManager } from './accounts/credential-manager.ts';
import { deactivateUser } from './accounts/deactivate-user.ts';
import type { ListedUsersPage } from './listed-users.ts';
import { toUserResource } from './user-resource.ts';

export function createUserSyncer(percipio: PercipioContext): ResourceSyncer {
  return {
    type: userType,
    list: listing(usersPosition, async (_request, token, { signal, syncId }) => {
      // As large as Percipio allows, whatever the caller's page is: the runtime cuts it, and requests are what is scarce.
      const { items, nextOffset, rateLimit } = await asService(signal, (signal) =>
        percipio.memory.scopeOf(syncId).users.read(percipio.client().users, token?.offset ?? 0, signal),
      );
      return {
        items: items.map(toUserResource),
        next: nextOffset === undefined ? undefined : { offset: nextOffset },
        annotations: rateLimitAnnotations(rateLimit),
      };
    }),
    get: async ({ id }, { signal }) => {
      const { value } = await asService(signal, (signal) => percipio.client().users.get(id.resource, signal));
      return value && toUserResource(value);
    },
    accounts: createAccountManager(percipio),
    delete: (request, context) => deactivateUser(percipio, request, context),
    credentials: createCredentialManager(percipio),
  };
}

/** The ids of all users: those that the sync has listed in this process, and what it listed elsewhere read anew. */
export async function readUserIds(
  { client }: Pick<PercipioContext, 'client'>,
  { users }: Listed,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const known = users.allIds();
  if (known) {
    return known;
  }
  // Gathers by itself: another caller may list the users anew meanwhile.
  const ids: string[] = [];
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const page: ListedUsersPage = users.get(offset) ?? (await users.read(client().users, offset, signal)).listed;
    ids.push(...page.items);
    offset = page.nextOffset;
  }
  return ids;
}
