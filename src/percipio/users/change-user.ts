// Changes a user and verifies the change: read, write the differences, read again. Safe to repeat.
import { isDeepStrictEqual } from 'node:util';
import { Code, refusal, ServiceError } from 'baton-connector-sdk';
import { PercipioError } from '../api/percipio-error.ts';
import { readUntil } from '../api/read-until.ts';
import type { User } from '../api/user.ts';
import { needsBatch, toUserBody, type UserChanges } from '../api/user-changes.ts';
import type { UsersApi } from '../api/users.ts';
import { isUnclear, readOutcome, waitToRetry } from './unclear-outcome.ts';
import { changeInBatch } from './write-in-batch.ts';

/**
 * The changes that a user needs; undefined if it is as wanted. It is called again after each write, so it must recognize
 * its own change however Percipio spells it: an e-mail address may come back in lower case. A password cannot be read: a
 * plan with one always wants it.
 */
export type UserPlan = (user: User) => UserChanges | undefined;

export interface UserUpdate {
  readonly before: User;
  /** As read after the write, or `before` where nothing was written. */
  readonly after: User;
  readonly written: boolean;
}

/**
 * Brings a user into the state that `plan` wants. Sends nothing if it is there already. After a write with an unclear
 * outcome the user is read, and the write is retried only if the change is missing, within the client's retry policy.
 *
 * If only a password was written and the outcome is unclear, it counts as set when afterwards only the time of the last
 * change differs.
 * @returns Undefined if there is no such user.
 * @throws PercipioError as of `UsersApi.update`, or a ServiceError: `percipio_outcome_unknown`,
 * `percipio_change_not_seen` where Percipio accepted the change and does not show it, and `role_replaced` where it shows
 * another role than before and after the change.
 */
export async function changeUser(
  users: UsersApi,
  id: string,
  plan: UserPlan,
  signal: AbortSignal,
): Promise<UserUpdate | undefined> {
  const read = async () => (await users.get(id, signal)).value;
  const before = await read();
  if (!before) return undefined;
  let user = before;
  for (let attempt = 1; ; attempt += 1) {
    const changes = plan(user);
    if (isEmpty(changes)) return { before, after: user, written: attempt > 1 };
    if (needsBatch(changes)) {
      const isSeen = (read: User) => isEmpty(withoutPassword(plan(read)));
      const after = await changeInBatch(users, user, changes, isSeen, signal);
      return after && { before, after, written: true };
    }
    const failure = await tryUpdate(users, id, changes, signal);
    if (failure?.status === 404) {
      if (await read()) throw failure;
      return undefined;
    }
    const sent: SentChanges = { changes, user, failure };
    const isDone = (read: User | undefined) => !read || isVisible(plan, sent, read);
    const after = await readOutcome(failure, () => readUntil(read, isDone, users.retry, signal), signal);
    if (!after) return undefined;
    if (isDone(after)) return { before, after, written: true };
    if (isRoleReplaced(sent, after)) throw roleReplaced(after, changes);
    if (!failure) throw notSeen(id, changes);
    await waitToRetry(users, failure, attempt, signal);
    user = after;
  }
}

/** One write: the changes, the user as read before, and the failure that leaves the outcome unclear. */
interface SentChanges {
  readonly changes: UserChanges;
  readonly user: User;
  readonly failure: PercipioError | undefined;
}

/** Returns a failure after which the user must be read; throws any other. */
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

/** Whether the user, as read after a write, shows the change. */
function isVisible(plan: UserPlan, { changes, user, failure }: SentChanges, after: User): boolean {
  if (!isEmpty(withoutPassword(plan(after)))) return false;
  // One request changes all of it: where the rest is visible, the password was set.
  if (!failure || !isEmpty(withoutPassword(changes))) return true;
  return after.updatedAt !== user.updatedAt && isDeepStrictEqual({ ...after, updatedAt: user.updatedAt }, user);
}

/**
 * Whether somebody else has changed the role since it was read before the write: it is neither that one nor the written
 * one. Only the role can tell, since a user has one of a few, and Percipio spells them in one way.
 */
function isRoleReplaced({ changes, user }: SentChanges, after: User): boolean {
  return changes.role !== undefined && after.role !== changes.role && after.role !== user.role;
}

/** Not retryable: two replicas that repeat their writes would take turns at undoing each other's. */
function roleReplaced({ id, role }: User, changes: UserChanges): ServiceError {
  return refusal(
    `While user ${id} was to get the role ${changes.role}, another change gave them ${role ? `the role ${role}` : 'no role'}. That is left as it is: decide which role the user should have, and request it`,
    'role_replaced',
  );
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
    `Percipio confirmed that it changed ${names} of user ${id}, but does not show it. Check the user in Percipio, and repeat the request if the change is missing there`,
    { reason: 'percipio_change_not_seen' },
  );
}
