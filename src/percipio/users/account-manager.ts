// Creates accounts, or reactivates those of people who had one.
import {
  type AccountManager,
  Code,
  type Context,
  type CreateAccountOutcome,
  type CreateAccountRequest,
  refusal,
  ServiceError,
} from 'baton-connector-sdk';
import type { User } from '../api/user.ts';
import type { PercipioContext } from '../context.ts';
import { asService } from '../service-errors.ts';
import { type AccountRequest, parseAccountRequest } from './account-request.ts';
import { accountSchema } from './account-schema.ts';
import { asChange, changeAccount } from './change-account.ts';
import { checkAttributeNames } from './check-attribute-names.ts';
import { createUserOnce } from './create-user-once.ts';
import { findUser } from './find-user.ts';
import { passwordOf } from './passwords.ts';
import { differencesOf } from './user-differences.ts';
import { toUserResource } from './user-resource.ts';

/** Most organizations use single sign-on, where nobody needs a password. */
const credentialOptions = ['no-password', 'sso', 'random-password', 'encrypted-password'] as const;

export function createAccountManager(percipio: PercipioContext): AccountManager {
  return {
    schema: accountSchema,
    credentialOptions,
    create: async (request, context) => {
      const { account, password } = readRequest(request);
      return await settle(percipio, account, password, context);
    },
  };
}

/** Checks a request before anything is sent. */
function readRequest({ account: info, credential }: CreateAccountRequest) {
  const account = parseAccountRequest(info);
  const password = passwordOf(credential);
  const { loginName, email } = account.user;
  if (password !== undefined && loginName === undefined && email === undefined) {
    throw new ServiceError(
      Code.InvalidArgument,
      'Cannot create the account: a user with a password needs a login_name or an email',
      { reason: 'invalid_account' },
    );
  }
  return { account, password };
}

async function settle(
  percipio: PercipioContext,
  account: AccountRequest,
  password: string | undefined,
  context: Context,
): Promise<CreateAccountOutcome> {
  const { users, customAttributes } = percipio.client();
  const { signal, logger } = context;
  const existing = await asService(signal, (signal) => findUser(users, account.user, signal));
  if (existing) {
    return await settleExisting(percipio, existing, account, password, context);
  }
  await checkAttributeNames(account.user.customAttributes, customAttributes, context);
  const { outcome, user } = await asChange(signal, (signal) =>
    createUserOnce(users, { ...account.user, password }, signal),
  );
  if (outcome === 'existing') {
    return await settleExisting(percipio, user, account, password, context);
  }
  logger.info({ user_id: user.id }, 'created a user');
  return { outcome, resource: toUserResource(user) };
}

/** Handles a request for somebody who has an account. An active one stays as it is. */
async function settleExisting(
  percipio: PercipioContext,
  existing: User,
  { user: asked, reactivate }: AccountRequest,
  password: string | undefined,
  context: Context,
): Promise<CreateAccountOutcome> {
  if (isActive(existing)) {
    return { outcome: 'already-exists', resource: toUserResource(existing) };
  }
  if (!reactivate) {
    throw refusal(
      `The person has an inactive account in Percipio, user ${existing.id}. Set the field reactivate to update and reactivate it, or enable the account as it is`,
      'account_inactive',
    );
  }
  await checkAttributeNames(asked.customAttributes, percipio.client().customAttributes, context);
  // If the user is active by now, somebody else reactivated it, and it stays as it is. Otherwise everything goes into one
  // request: an account that is active before it has its new password would still accept the old one.
  const { after, written } = await changeAccount(
    percipio,
    existing.id,
    (user) => (isActive(user) ? undefined : { ...differencesOf(user, asked), isActive: true, password }),
    context,
  );
  return { outcome: written ? 'created' : 'already-exists', resource: toUserResource(after) };
}

function isActive({ isActive }: User): boolean {
  return isActive === true;
}
