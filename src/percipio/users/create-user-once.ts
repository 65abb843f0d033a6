// Creates a user exactly once: safe to repeat, also after a lost response.
import { isConflict } from '../api/field-problems.ts';
import { PercipioError } from '../api/percipio-error.ts';
import { readUntil } from '../api/read-until.ts';
import type { User } from '../api/user.ts';
import { type NewUser, needsBatch } from '../api/user-changes.ts';
import type { UsersApi } from '../api/users.ts';
import { isUnclear, readOutcome, waitToRetry } from './unclear-outcome.ts';
import { createInBatch } from './write-in-batch.ts';

export interface CreatedUser {
  /** `existing`: another user has the external user id already; nothing was changed. */
  readonly outcome: 'created' | 'existing';
  readonly user: User;
}

/**
 * Creates a user whom the caller has not found. If one has appeared since, Percipio answers with a conflict, and it is
 * looked up. After a lost response the user is looked up before the request is retried, within the client's retry policy.
 *
 * A user that is found then counts as created by the lost request if it is as requested, and as existing if it differs,
 * since somebody else may have created it in between.
 * @throws PercipioError as of `UsersApi.create`: a conflict (`isConflict`) when another user has the login name or e-mail
 * address. ServiceError `percipio_outcome_unknown` when the lookup fails too.
 */
export async function createUserOnce(users: UsersApi, newUser: NewUser, signal: AbortSignal): Promise<CreatedUser> {
  if (needsBatch(newUser)) {
    const { user, isProcessed } = await createInBatch(users, newUser, signal);
    return { outcome: isProcessed || isAsRequested(user, newUser) ? 'created' : 'existing', user };
  }
  const find = () => users.lookUp('external-user-id', newUser.externalUserId, signal);
  let unclear: PercipioError | undefined;
  for (let attempt = 1; ; attempt += 1) {
    const sent = await tryCreate(users, newUser, signal);
    if (!(sent instanceof PercipioError)) return { outcome: 'created', user: sent };
    unclear = isUnclear(sent) ? sent : unclear;
    // The other user of a conflict is visible; only one that was just created may take a moment to appear.
    const found = unclear
      ? await readOutcome(unclear, () => readUntil(find, Boolean, users.retry, signal), signal)
      : await find();
    if (found) return { outcome: unclear && isAsRequested(found, newUser) ? 'created' : 'existing', user: found };
    if (!isUnclear(sent)) throw sent;
    await waitToRetry(users, sent, attempt, signal);
  }
}

/** Returns the user, or a failure after which it must be looked up; throws any other. */
async function tryCreate(users: UsersApi, newUser: NewUser, signal: AbortSignal): Promise<User | PercipioError> {
  try {
    return await users.create(newUser, signal);
  } catch (error) {
    if (isUnclear(error) || (error instanceof PercipioError && isConflict(error))) return error;
    throw error;
  }
}

const texts = ['firstName', 'lastName', 'role'] as const;
/** Percipio may return them in lower case. */
const names = ['email', 'loginName'] as const;
/** Percipio may omit a default value. */
const flags = ['isActive', 'isInstructor'] as const;

function isAsRequested(user: User, requested: NewUser): boolean {
  return (
    texts.every((name) => requested[name] === undefined || user[name] === requested[name]) &&
    names.every(
      (name) => requested[name] === undefined || user[name]?.toLowerCase() === requested[name].toLowerCase(),
    ) &&
    flags.every((name) => requested[name] === undefined || (user[name] ?? requested[name]) === requested[name])
  );
}
