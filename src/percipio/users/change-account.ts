// Changes one user on request, and explains what prevented it.
import { Code, type Context, ServiceError } from 'baton-connector-sdk';
import { PercipioError } from '../api/percipio-error.ts';
import { toUserBody } from '../api/user-changes.ts';
import type { PercipioContext } from '../context.ts';
import { asService } from '../service-errors.ts';
import { changeUser, type UserPlan, type UserUpdate } from './change-user.ts';

/**
 * Brings a user into the state that `plan` wants.
 * @throws ServiceError, NOT_FOUND for a user who does not exist, ALREADY_EXISTS for an e-mail or a name that another user
 * has.
 */
export async function changeAccount(
  percipio: Pick<PercipioContext, 'client'>,
  userId: string,
  plan: UserPlan,
  context: Context,
): Promise<UserUpdate> {
  const change = await tryChange(percipio, userId, plan, context);
  if (!change) {
    throw userNotFound(userId);
  }
  return change;
}

/** As {@link changeAccount}; returns undefined for a user who does not exist. */
export async function tryChange(
  { client }: Pick<PercipioContext, 'client'>,
  userId: string,
  plan: UserPlan,
  { signal, logger }: Context,
): Promise<UserUpdate | undefined> {
  const change = await asChange(signal, (signal) => changeUser(client().users, userId, plan, signal));
  if (change?.written) {
    logger.info({ user_id: userId, fields: Object.keys(toUserBody(plan(change.before) ?? {})) }, 'changed a user');
  }
  return change;
}

/** As `asService`, for writes: it explains a conflict. */
export async function asChange<Result>(
  signal: AbortSignal,
  call: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  try {
    return await asService(signal, call);
  } catch (error) {
    if (!(error instanceof ServiceError && error.code === Code.AlreadyExists)) throw error;
    // Where Percipio names the field, the message does so already.
    if (error.cause instanceof PercipioError && error.cause.fieldProblems.length > 0) throw error;
    const { rawMessage, reason } = error;
    throw new ServiceError(
      Code.AlreadyExists,
      `${rawMessage}. Another user in Percipio has this external user id, login name or e-mail; nothing was changed`,
      { reason, cause: error },
    );
  }
}

/** A user may have been deleted since it was synced. */
export function userNotFound(userId: string): ServiceError {
  return new ServiceError(Code.NotFound, `Percipio has no user ${userId} (it may have been deleted)`, {
    reason: 'user_not_found',
  });
}
