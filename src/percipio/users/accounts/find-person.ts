// Finds out whether a person has an account already.
import { refusal } from 'baton-connector-sdk';
import type { User } from '../../api/user.ts';
import type { NewUser } from '../../api/user-changes.ts';
import type { UserKey, UsersApi } from '../../api/users.ts';

/**
 * The one person who has the external user id, the login name or the e-mail of a new one.
 * @throws ServiceError FAILED_PRECONDITION when they belong to different people: none of these is the one who was meant.
 * @throws PercipioError
 */
export async function findPerson(users: UsersApi, person: NewUser, signal: AbortSignal): Promise<User | undefined> {
  const { externalUserId, loginName, email } = person;
  // By login name or e-mail, as people sign in by either: nobody may have as a login what is another one's e-mail.
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
      `Percipio has different people for what was asked: ${owners}. Nothing was changed; correct the request, or the people in Percipio`,
      'several_people',
    );
  }
  return first?.user;
}

/** Login names and e-mails are the same in upper and lower case. */
export function isSameName(one: string | undefined, other: string | undefined): boolean {
  return one?.toLowerCase() === other?.toLowerCase();
}
