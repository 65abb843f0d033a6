// Finds the account that a new user may already have, and tells it from somebody else's.
import { refusal, type ServiceError } from 'baton-connector-sdk';
import type { User } from '../api/user.ts';
import type { NewUser, UserChanges } from '../api/user-changes.ts';
import type { UserKey, UsersApi } from '../api/users.ts';
import { isSameName } from './user-fields.ts';

/** What people are found by. */
type Names = Pick<UserChanges, 'externalUserId' | 'loginName' | 'email'>;

/** A user, and what was looked up: `the login name`. */
interface Holder {
  readonly what: string;
  readonly user: User;
}

/**
 * The user who has the external user id, the login name or the e-mail of a new one.
 * @throws ServiceError FAILED_PRECONDITION: `several_people` when they belong to different users, since it is unclear who
 * was meant; `another_person` when the user has another external user id.
 * @throws PercipioError
 */
export async function findUser(users: UsersApi, newUser: NewUser, signal: AbortSignal): Promise<User | undefined> {
  const found = await findHolders(users, newUser, signal);
  const [first, ...others] = found;
  if (others.some(({ user }) => user.id !== first?.user.id)) {
    throw refusal(
      `The request matches different users in Percipio: ${describeHolders(found)}. Nothing was changed; correct the request, or the users in Percipio`,
      'several_people',
    );
  }
  if (first && !mayBeOf(first.user, newUser.externalUserId)) {
    const names = found.map(({ what }) => what);
    throw anotherPerson(first.user, names, newUser.externalUserId);
  }
  return first?.user;
}

/**
 * Whether an account may be that of the person with an external user id: it has this id, in any case, or none. With
 * another id it is somebody else's, such as a leaver's whose login name is used again.
 */
export function mayBeOf({ externalUserId }: User, wanted: string): boolean {
  return !externalUserId || isSameName(externalUserId, wanted);
}

/**
 * The error for an account that has names of a person and the external user id of another one.
 * @param names - What of the request led to the account, such as `the login name`.
 */
export function anotherPerson({ id, externalUserId }: User, names: readonly string[], wanted: string): ServiceError {
  const [held, asked] = [JSON.stringify(externalUserId), JSON.stringify(wanted)];
  return refusal(
    `In Percipio, ${names.join(' and ')} of the request ${names.length > 1 ? 'belong' : 'belongs'} to user ${id} with the external user id ${held}, not ${asked}: another person. Nothing was changed. If it is the same person, run the action adopt_user with user_id ${id}, old_external_user_id ${held} and new_external_user_id ${asked}, and repeat the request. Otherwise request another login name and e-mail, or change those of user ${id}`,
    'another_person',
  );
}

/**
 * Checks that no other user has a name that a user is to get. Percipio compares login names with login names and e-mails
 * with e-mails, but people sign in by either.
 * @throws ServiceError `name_taken` FAILED_PRECONDITION
 * @throws PercipioError
 */
export async function checkNamesAreFree(
  users: UsersApi,
  userId: string,
  names: Names,
  signal: AbortSignal,
): Promise<void> {
  const taken = (await findHolders(users, names, signal)).filter(({ user }) => !isSameName(user.id, userId));
  if (taken.length === 0) return;
  throw refusal(
    `In Percipio, ${describeHolders(taken)}. Nothing was changed; choose another value for user ${userId}, or change the other user first`,
    'name_taken',
  );
}

async function findHolders(
  users: UsersApi,
  { externalUserId, loginName, email }: Names,
  signal: AbortSignal,
): Promise<Holder[]> {
  // Users sign in by either, so nobody may have another user's e-mail as a login name.
  const keys: [what: string, by: UserKey, value: string | undefined][] = [
    ['the external user id', 'external-user-id', externalUserId],
    ['the login name', 'login-name-or-email', loginName],
    ['the e-mail', 'login-name-or-email', isSameName(email, loginName) ? undefined : email],
  ];
  const found: Holder[] = [];
  for (const [what, by, value] of keys) {
    const user = value === undefined ? undefined : await users.lookUp(by, value, signal);
    if (user) found.push({ what, user });
  }
  return found;
}

/** Ids only: whoever reads the error need not know more of the users. */
function describeHolders(holders: readonly Holder[]): string {
  return holders
    .map(({ what, user: { id, externalUserId } }) => {
      const name = externalUserId ? ` (external user id ${JSON.stringify(externalUserId)})` : '';
      return `${what} belongs to user ${id}${name}`;
    })
    .join(', ');
}
