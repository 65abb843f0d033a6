// Writes a user in a batch, once: Percipio processes it later, and only reading the user shows it for certain.
import { Code, refusal, ServiceError } from 'baton-connector-sdk';
import { backoffMs, noJitter, pause } from 'baton-connector-sdk/http';
import { PercipioError } from '../api/percipio-error.ts';
import { readUntil } from '../api/read-until.ts';
import type { User } from '../api/user.ts';
import type { BatchUser, NewUser, UserChanges } from '../api/user-changes.ts';
import type { UsersApi } from '../api/users.ts';
import { isUnclear } from './unclear-outcome.ts';

/** With the default policy, the last poll comes 79 seconds after the first. */
const pollsMax = 13;
const delayFactorMax = 8;

/**
 * Creates a user whom the caller has not found. Somebody who appears in between is changed: a batch has no conflict.
 * @returns The user, and whether Percipio said that the batch was processed.
 * @throws PercipioError of kind `batch-failed`; ServiceError `percipio_batch_pending` if there is no such user yet.
 */
export async function createInBatch(
  users: UsersApi,
  newUser: NewUser,
  signal: AbortSignal,
): Promise<{ readonly user: User; readonly isProcessed: boolean }> {
  const isProcessed = await write(users, newUser, signal);
  const find = () => users.lookUp('external-user-id', newUser.externalUserId, signal);
  const what = `create the user ${newUser.externalUserId}`;
  const user = await readWritten(users, find, { what, isThere: Boolean }, signal);
  if (!user) throw pending(what);
  return { user, isProcessed };
}

/**
 * Changes a user.
 * @param isVisible - Whether a user, as read after the write, shows all of the change but the password.
 * @returns The user as read after the write; undefined if there is no such user any more.
 * @throws As {@link createInBatch}; `password_change_not_forcible` for a user without an external user id.
 */
export async function changeInBatch(
  users: UsersApi,
  before: User,
  changes: UserChanges,
  isVisible: (user: User) => boolean,
  signal: AbortSignal,
): Promise<User | undefined> {
  const { id, externalUserId } = before;
  if (!externalUserId || changes.externalUserId !== undefined) {
    throw refusal(
      `Percipio can only force a password change for a user with an external user id, and user ${id} has none. Set one first, or repeat the request without forcing the change`,
      'password_change_not_forcible',
    );
  }
  const isProcessed = await write(users, { ...changes, externalUserId }, signal);
  const isDone = (user: User | undefined) =>
    !user || (isVisible(user) && (isProcessed || user.updatedAt !== before.updatedAt));
  const what = `change user ${id}`;
  const read = async () => (await users.get(id, signal)).value;
  const after = await readWritten(users, read, { what, isThere: isDone }, signal);
  if (!isDone(after)) throw pending(what);
  return after;
}

/** Writes once, whatever happens, and waits for the end. Returns whether Percipio reported it. */
async function write(users: UsersApi, user: BatchUser, signal: AbortSignal): Promise<boolean> {
  const { batches, retry, waits } = users;
  const policy = { ...retry, delayMaxMs: delayFactorMax * retry.delayMinMs, jitter: noJitter, attemptsMax: pollsMax };
  try {
    const id = await batches.request(user, signal);
    if (id === undefined) return false;
    using shown = waits.begin({ what: 'waiting for Percipio to process the change' });
    for (let polls = 1; polls <= pollsMax; polls += 1) {
      if ((await batches.poll(id, user, signal)) === 'processed') return true;
      if (polls === pollsMax) return false;
      const delayMs = backoffMs(policy, polls);
      shown.update({ what: 'waiting for Percipio to process the change', nextCheckMs: delayMs });
      await pause(delayMs, signal);
    }
    return false;
  } catch (error) {
    if (isUnclear(error) || isLostBatch(error)) return false;
    throw error;
  }
}

/** Whether a poll was rejected, which says nothing about the batch. */
function isLostBatch(error: unknown): boolean {
  return error instanceof PercipioError && error.kind === 'http' && error.method === 'GET';
}

/** As `readUntil`. A failure is not retried by the runtime, which would write again. */
async function readWritten<T>(
  users: UsersApi,
  read: () => Promise<T>,
  { what, isThere }: { readonly what: string; readonly isThere: (value: T) => boolean },
  signal: AbortSignal,
): Promise<T> {
  try {
    return await readUntil(read, isThere, users.retry, signal);
  } catch (error) {
    if (signal.aborted || !(error instanceof PercipioError)) throw error;
    throw pending(what, error);
  }
}

/** @param what - What the batch was to do, such as `change user X`. */
function pending(what: string, cause?: Error): ServiceError {
  const failure = cause ? `, and reading the user failed: ${cause.message}` : '';
  return new ServiceError(
    Code.FailedPrecondition,
    `Percipio was asked to ${what} in a batch, and does not show it yet${failure}. Check the user in Percipio in a few minutes, and repeat the request if the change is missing then`,
    { reason: 'percipio_batch_pending', cause },
  );
}
