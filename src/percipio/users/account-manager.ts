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
import { isConflict } from '../api/field-problems.ts';
import { PercipioError } from '../api/percipio-error.ts';
import { readUntil } from '../api/read-until.ts';
import type { User } from '../api/user.ts';
import type { NewUser } from '../api/user-changes.ts';
import type { UsersApi } from '../api/users.ts';
import type { PercipioContext } from '../context.ts';
import { asService } from '../service-errors.ts';
import { type AccountRequest, parseAccountRequest } from './account-request.ts';
import { accountSchema } from './account-schema.ts';
import { asChange, changeAccount } from './change-account.ts';
import { checkAccountFields } from './check-account-fields.ts';
import { checkAttributeNames } from './check-attribute-names.ts';
import { type CreatedUser, createUserOnce } from './create-user-once.ts';
import { anotherPerson, findUser, mayBeOf } from './find-user.ts';
import { LostPasswords } from './lost-passwords.ts';
import { type NewPassword, passwordOf } from './passwords.ts';
import { differencesOf } from './user-differences.ts';
import { leastRole } from './user-fields.ts';
import { toUserResource } from './user-resource.ts';

/** Most organizations use single sign-on, where nobody needs a password. */
const credentialOptions = ['no-password', 'sso', 'random-password', 'encrypted-password'] as const;

export function createAccountManager(percipio: PercipioContext): AccountManager {
  const lost = new LostPasswords();
  return {
    schema: accountSchema,
    credentialOptions,
    check: (account) => void parseAccountRequest(account),
    create: async (request, context) => {
      const { account, password } = readRequest(request);
      checkAccountFields(account, percipio, context);
      const { users } = percipio.client();
      const existing = await asService(context.signal, (signal) => findUser(users, account.user, signal));
      const lostPassword = existing && lost.isLikely(existing, account.user) ? password : undefined;
      return await lost.whileAnswering(account.user, () => {
        if (!existing) return createNew(percipio, account, password, context);
        return lostPassword
          ? replaceLostPassword(percipio, existing, lostPassword, context)
          : settleExisting(percipio, existing, account, password, context);
      });
    },
  };
}

/** Checks a request before anything is sent. */
function readRequest({ account: info, credential }: CreateAccountRequest) {
  const account = parseAccountRequest(info);
  const given = passwordOf(credential);
  const { mustResetPassword } = account;
  if (given === undefined && mustResetPassword) {
    throw new ServiceError(
      Code.InvalidArgument,
      'Cannot create the account: must_reset_password needs a password in the credential options',
      { reason: 'invalid_account' },
    );
  }
  const password = given && { ...given, mustResetPassword: given.mustResetPassword || mustResetPassword };
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

async function createNew(
  percipio: PercipioContext,
  account: AccountRequest,
  password: NewPassword | undefined,
  context: Context,
): Promise<CreateAccountOutcome> {
  const { users, customAttributes } = percipio.client();
  const { signal, logger } = context;
  await checkAttributeNames(account.user.customAttributes, customAttributes, context);
  const { outcome, user } = await asChange(signal, (signal) =>
    createUnlessTaken(users, { ...account.user, ...password }, signal),
  );
  if (outcome === 'existing') {
    return await settleExisting(percipio, user, account, password, context);
  }
  logger.info({ user_id: user.id }, 'created a user');
  return { outcome, resource: toUserResource(user) };
}

/** As `createUserOnce`. After a conflict it finds out who has the login name or the e-mail by now. */
async function createUnlessTaken(users: UsersApi, newUser: NewUser, signal: AbortSignal): Promise<CreatedUser> {
  try {
    return await createUserOnce(users, newUser, signal);
  } catch (error) {
    if (!(error instanceof PercipioError && isConflict(error))) throw error;
    // A user who was just created may take a moment to appear.
    const holder = await readUntil(() => findUser(users, newUser, signal), Boolean, users.retry, signal);
    if (!holder) throw error;
    return { outcome: 'existing', user: holder };
  }
}

/** Sets a new password, so that the person can sign in. */
async function replaceLostPassword(
  percipio: PercipioContext,
  { id }: User,
  password: NewPassword,
  context: Context,
): Promise<CreateAccountOutcome> {
  const { after } = await changeAccount(percipio, id, () => password, context);
  context.reporter.warn(
    `user ${id} is as requested and was last changed within a day, so it counts as the result of an earlier attempt whose password was never delivered: it has a new password now`,
  );
  return { outcome: 'created', resource: toUserResource(after) };
}

/** Handles a request for somebody who has an account. An active one stays as it is. */
async function settleExisting(
  percipio: PercipioContext,
  existing: User,
  { user: asked, reactivate }: AccountRequest,
  password: NewPassword | undefined,
  context: Context,
): Promise<CreateAccountOutcome> {
  const alreadyExists = (user: User): CreateAccountOutcome => {
    if (isActive(user) && !asked.isActive) {
      context.reporter.warn(
        `user ${user.id} is active and stays active, although is_active is false: use the action disable_user to deactivate the user`,
      );
    }
    const unlike = describeDifferences(user, asked);
    if (unlike !== undefined) context.reporter.warn(unlike);
    return { outcome: 'already-exists', resource: toUserResource(user) };
  };
  if (isActive(existing)) return alreadyExists(existing);
  if (!reactivate) {
    if (!asked.isActive) return alreadyExists(existing);
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
    (user) => {
      if (!mayBeOf(user, asked.externalUserId)) {
        throw anotherPerson(user, ['the account'], asked.externalUserId);
      }
      return isActive(user) ? undefined : { ...differencesOf(user, asked), ...password };
    },
    context,
  );
  if (!written) return alreadyExists(after);
  if (asked.sendWelcomeEmail) {
    context.reporter.warn('no welcome e-mail was sent: Percipio sends it only when it creates an account');
  }
  return { outcome: 'created', resource: toUserResource(after) };
}

/** How somebody who has an account already differs from the request, without values; undefined if in nothing. */
function describeDifferences(user: User, asked: AccountRequest['user']): string | undefined {
  // The least role is also that of a request without one.
  const role = asked.role === leastRole ? undefined : asked.role;
  const different = differencesOf(user, { ...asked, isActive: undefined, role });
  if (!different) return undefined;
  const fields = Object.keys(different).map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
  const actions = [
    ...(fields.some((name) => name !== 'external_user_id') ? ['update_user_profile'] : []),
    ...(fields.includes('external_user_id') ? ['adopt_user (external_user_id)'] : []),
  ];
  return `user ${user.id} already exists and stays as it is, although it differs from the request: ${fields.join(', ')}. To change that, use ${actions.join(' and ')}`;
}

function isActive({ isActive }: User): boolean {
  return isActive === true;
}
