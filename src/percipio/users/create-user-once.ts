// Creates a person and makes sure that it is one: safe to repeat, also after an answer that was lost.
import { PercipioError } from '../api/percipio-error.ts';
import { readUntil } from '../api/read-until.ts';
import type { User } from '../api/user.ts';
import type { NewUser } from '../api/user-changes.ts';
import type { UsersApi } from '../api/users.ts';
import { isUnclear, readOutcome, waitToRepeat } from './unclear-outcome.ts';

export interface CreatedUser {
  /** `existing`: somebody has the external user id already, and nothing about them was changed. */
  readonly outcome: 'created' | 'existing';
  readonly user: User;
}

/**
 * Creates a person whom the caller has looked for in vain: one who came since is told by Percipio's conflict, and looked
 * up then. Where an answer is lost, the person is looked up before anything is sent again; at most as often as the
 * client's retry policy has it.
 *
 * A person who is found then counts as created by the lost request when it has all that was asked for, and as existing
 * when it differs, since somebody else may have created it in between.
 * @throws PercipioError as of `UsersApi.create`: with status 409 when another person has the login name or e-mail
 * address. ServiceError `percipio_outcome_unknown` when even looking up fails.
 */
export async function createUserOnce(users: UsersApi, newUser: NewUser, signal: AbortSignal): Promise<CreatedUser> {
  const find = () => users.lookUp('external-user-id', newUser.externalUserId, signal);
  let unclear: PercipioError | undefined;
  for (let attempt = 1; ; attempt += 1) {
    const sent = await tryCreate(users, newUser, signal);
    if (!(sent instanceof PercipioError)) return { outcome: 'created', user: sent };
    unclear = isUnclear(sent) ? sent : unclear;
    // A refusal for another person's sake comes of one who is there; only what was just sent may take a moment to show.
    const found = unclear
      ? await readOutcome(unclear, () => readUntil(find, Boolean, users.retry, signal), signal)
      : await find();
    if (found) return { outcome: unclear && isAsAskedFor(found, newUser) ? 'created' : 'existing', user: found };
    if (!isUnclear(sent)) throw sent;
    await waitToRepeat(users.retry, sent, attempt, signal);
  }
}

/** Gives the person, or the failure after which it must be looked up; throws any other. */
async function tryCreate(users: UsersApi, newUser: NewUser, signal: AbortSignal): Promise<User | PercipioError> {
  try {
    return await users.create(newUser, signal);
  } catch (error) {
    if (isUnclear(error) || (error instanceof PercipioError && error.status === 409)) return error;
    throw error;
  }
}

const texts = ['firstName', 'lastName', 'role'] as const;
/** Percipio may write them in lower case. */
const names = ['email', 'loginName'] as const;
/** Percipio may leave out what has its usual value. */
const flags = ['isActive', 'isInstructor'] as const;

function isAsAskedFor(user: User, asked: NewUser): boolean {
  return (
    texts.every((name) => asked[name] === undefined || user[name] === asked[name]) &&
    names.every((name) => asked[name] === undefined || user[name]?.toLowerCase() === asked[name].toLowerCase()) &&
    flags.every((name) => asked[name] === undefined || (user[name] ?? asked[name]) === asked[name])
  );
}
