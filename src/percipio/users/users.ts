// The resource type `user`: the users of the organization, with their accounts and passwords.
import { listing, type ResourceSyncer } from 'baton-connector-sdk';
import type { PercipioContext } from '../context.ts';
import { countUnread } from '../count-unread.ts';
import { usersPosition } from '../memory/listed-users.ts';
import { userType } from '../resource-types.ts';
import { asService, rateLimitAnnotations } from '../service-errors.ts';
import { createAccountManager } from './account-manager.ts';
import { tryChange } from './change-account.ts';
import { planDeactivation, removedRole } from './deactivation.ts';
import { createCredentialManager } from './passwords.ts';
import { parseUserId } from './user-fields.ts';
import { toUserResource } from './user-resource.ts';

export function createUserSyncer(percipio: PercipioContext): ResourceSyncer {
  return {
    type: userType,
    list: listing(usersPosition, async (_request, token, { signal, syncId, reporter }) => {
      // As large as Percipio allows, whatever page size the caller wants: the runtime splits it, and requests are scarce.
      const { items, entries, unread, total, nextOffset, rateLimit } = await asService(signal, (signal) =>
        percipio.memory.scopeOf(syncId).lists.users.read(percipio.client().users, token?.offset ?? 0, signal),
      );
      countUnread(unread, 'users', reporter);
      const done = (token?.offset ?? 0) + entries;
      reporter.progress({ work: 'users', done, total: nextOffset === undefined ? done : total });
      return {
        items: items.map(toUserResource),
        next: nextOffset === undefined ? undefined : { offset: nextOffset },
        annotations: rateLimitAnnotations(rateLimit),
      };
    }),
    get: async ({ id }, { signal, reporter }) => {
      const { value, unread } = await asService(signal, (signal) => percipio.client().users.get(id.resource, signal));
      countUnread(unread, 'users', reporter);
      return value && toUserResource(value);
    },
    accounts: createAccountManager(percipio),
    // Percipio deletes nobody: the user is deactivated, and keeps the learning history.
    delete: async ({ id }, context) => {
      const change = await tryChange(percipio, parseUserId(id.resource), planDeactivation(percipio), context);
      const role = change && removedRole(change);
      if (role !== undefined) context.reporter.warn(`removed the role ${role} of user ${change?.after.id}`);
      if (change && !change.written) {
        context.reporter.warn(`user ${change.after.id} was inactive already: nothing was changed`);
      }
      // An inactive user exists: syncs list the account as disabled.
      return change ? 'deleted' : 'does-not-exist';
    },
    credentials: createCredentialManager(percipio),
  };
}
