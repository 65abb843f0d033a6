// Changes a person and makes sure of it: read, write what differs, read again. Safe to repeat.
import { isDeepStrictEqual } from 'node:util';
import { Code, ServiceError } from 'baton-connector-sdk';
import { PercipioError } from '../api/percipio-error.ts';
import { readUntil } from '../api/read-until.ts';
import type { User } from '../api/user.ts';
import { toUserBody, type UserChanges } from '../api/user-changes.ts';
import type { UsersApi } from '../api/users.ts';
import { isUnclear, readOutcome, waitToRepeat } from './unclear-outcome.ts';

/**
 * What has to change in a person as it is; nothing when it is as wanted. It is asked again after each write, so it
 * must take the change as made however Percipio spells it: an e-mail address may come back in lower case. A password
 * cannot be read: a plan with one always asks for it.
 */
export type UserPlan = (user: User) => UserChanges | undefined;

export interface UserChange {
  readonly before: User;
  /** As read after the write, or `before` where nothing was written. */
  readonly after: User;
  readonly written: boolean;
}

/**
 * Brings a person into the state that `plan` wants. Nothing is sent where it is so already. A write whose outcome is
 * unclear is followed by reading, and sent again only when the change is not there; at most as often as the client's
 * retry policy has it.
 *
 * A password that alone was to be set, and whose outcome is unclear, counts as set when nothing but the time of the last
 * change differs afterwards.
 * @returns Nothing when there is no such person (any more).
 * @throws PercipioError as of `UsersApi.update`, or a ServiceError: `percipio_outcome_unknown`, and
 * `percipio_change_not_seen` where Percipio took the change and does not show it.
 */
export async function changeUser(
  users: UsersApi,
  id: string,
  plan: UserPlan,
  signal: AbortSignal,
): Promise<UserChange | undefined> {
  const read = async () => (await users.get(id, signal)).value;
  const before = await read();
  if (!before) return undefined;
  let user = before;
  for (let attempt = 1; ; attempt += 1) {
    const changes = plan(user);
    if (isEmpty(changes)) return { before, after: user, written: attempt > 1 };
    const failure = await tryUpdate(users, id, changes, signal);
    if (failure?.status === 404) {
      if (await read()) throw failure;
      return undefined;
    }
    const sent: SentChanges = { changes, user, failure };
    const isDone = (read: User | undefined) => !read || isMade(plan, sent, read);
    const after = await readOutcome(failure, () => readUntil(read, isDone, users.retry, signal), signal);
    if (!after) return undefined;
    if (isDone(after)) return { before, after, written: true };
    if (!failure) throw notSeen(id, changes);
    await waitToRepeat(users.retry, failure, attempt, signal);
    user = after;
  }
}

/** One write: what was sent, to whom as last read, and the failure that leaves its outcome unclear. */
interface SentChanges {
  readonly changes: UserChanges;
  readonly user: User;
  readonly failure: PercipioError | undefined;
}

/** Gives the failure after which the person must be read; throws any other. */
async function tryUpdate(
  users: UsersApi,
  id: string,
  changes: UserChanges,
  signal: AbortSignal,
): Promise<PercipioError | undefined> {
  try {
    await users.update(id, changes, signal);
    return undefined;
  } catch (error) {
    if (isUnclear(error) || (error instanceof PercipioError && error.status === 404)) return error;
    throw error;
  }
}

/** Whether a write can be seen in the person as read after it. */
function isMade(plan: UserPlan, { changes, user, failure }: SentChanges, after: User): boolean {
  if (!isEmpty(withoutPassword(plan(after)))) return false;
  // What was sent together was changed together: where the rest is seen, the password was set.
  if (!failure || !isEmpty(withoutPassword(changes))) return true;
  return after.updatedAt !== user.updatedAt && isDeepStrictEqual({ ...after, updatedAt: user.updatedAt }, user);
}

function withoutPassword(changes: UserChanges | undefined): UserChanges {
  return { ...changes, password: undefined };
}

function isEmpty(changes: UserChanges | undefined): changes is undefined {
  return changes === undefined || Object.keys(toUserBody(changes)).length === 0;
}

function notSeen(id: string, changes: UserChanges): ServiceError {
  const names = Object.keys(toUserBody(changes)).join(', ');
  return new ServiceError(
    Code.Unavailable,
    `Percipio answered that it changed ${names} of user ${id}, and does not show it. Look at the person in Percipio, and ask again if the change is missing there`,
    { reason: 'percipio_change_not_seen' },
  );
}
