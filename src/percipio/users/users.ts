// The resource type `user`: people with an account.
import { listing, type ResourceSyncer } from 'baton-connector-sdk';
import type { PercipioContext } from '../context.ts';
import { usersPosition } from '../memory/listed-users.ts';
import { userType } from '../resource-types.ts';
import { asService, rateLimitAnnotations } from '../service-errors.ts';
import { createAccountManager } from './accounts/account-manager.ts';
import { createCredentialManager } from './accounts/credential-manager.ts';
import { deactivateUser } from './accounts/deactivate-user.ts';
import { toUserResource } from './user-resource.ts';

export function createUserSyncer(percipio: PercipioContext): ResourceSyncer {
  return {
    type: userType,
    list: listing(usersPosition, async (_request, token, { signal, syncId }) => {
      // As large as Percipio allows, whatever the caller's page is: the runtime cuts it, and requests are what is scarce.
      const { items, nextOffset, rateLimit } = await asService(signal, (signal) =>
        percipio.memory.scopeOf(syncId).lists.users.read(percipio.client().users, token?.offset ?? 0, signal),
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
