// Finds a user by a name that people know: external user id, login name, e-mail or uuid.
import { type Context, refusal } from 'baton-connector-sdk';
import type { User } from '../api/user.ts';
import type { PercipioContext } from '../context.ts';
import { asService } from '../service-errors.ts';
import { isSameName, userId } from './user-fields.ts';

/**
 * A name may be an external user id that looks like an e-mail, so every kind is tried.
 * @returns Undefined if nobody has the name.
 * @throws ServiceError `several_people` FAILED_PRECONDITION if several users do.
 */
export async function findPerson(
  { client }: Pick<PercipioContext, 'client'>,
  name: string,
  { signal }: Context,
): Promise<User | undefined> {
  const { users } = client();
  const found = await asService(signal, (signal) =>
    Promise.all([
      users.lookUp('external-user-id', name, signal),
      users.lookUp('login-name-or-email', name, signal),
      userId.safeParse(name).success ? users.get(name, signal).then(({ value }) => value) : undefined,
    ]),
  );
  // What Percipio returns is checked: changing somebody else is the worst that can happen.
  const people = new Map(found.flatMap((user) => (user && hasName(user, name) ? [[user.id, user] as const] : [])));
  if (people.size > 1) {
    throw refusal(
      `The name belongs to different users in Percipio: ${[...people.keys()].join(', ')}. Nothing was changed; use the id of the user who is meant`,
      'several_people',
    );
  }
  return [...people.values()][0];
}

function hasName({ id, externalUserId, loginName, email }: User, name: string): boolean {
  return [id, externalUserId, loginName, email].some((each) => isSameName(each, name));
}
