// Finds the account that a new user may already have.
import { refusal } from 'baton-connector-sdk';
import type { User } from '../api/user.ts';
import type { NewUser } from '../api/user-changes.ts';
import type { UserKey, UsersApi } from '../api/users.ts';
import { isSameName } from './user-fields.ts';

/**
 * The user who has the external user id, the login name or the e-mail of a new one.
 * @throws ServiceError `several_people` FAILED_PRECONDITION when they belong to different users: then it is unclear who
 * was meant.
 * @throws PercipioError
 */
export async function findUser(users: UsersApi, newUser: NewUser, signal: AbortSignal): Promise<User | undefined> {
  const { externalUserId, loginName, email } = newUser;
  // Users sign in by either, so nobody may have another user's e-mail as a login name.
  const keys: [what: string, by: UserKey, value: string | undefined][] = [
    ['external user id', 'external-user-id', externalUserId],
    ['login name', 'login-name-or-email', loginName],
    ['e-mail', 'login-name-or-email', isSameName(email, loginName) ? undefined : email],
  ];
  const found: { what: string; user: User }[] = [];
  for (const [what, by, value] of keys) {
    const user = value === undefined ? undefined : await users.lookUp(by, value, signal);
    if (user) found.push({ what, user });
  }
  const [first, ...others] = found;
  if (others.some(({ user }) => user.id !== first?.user.id)) {
    const owners = found.map(({ what, user }) => `the ${what} belongs to user ${user.id}`).join(', ');
    throw refusal(
      `The request matches different users in Percipio: ${owners}. Nothing was changed; correct the request, or the users in Percipio`,
      'several_people',
    );
  }
  return first?.user;
}
