// Changes one person on request, and says what stood in the way.
import { Code, type Context, ServiceError } from 'baton-connector-sdk';
import { toUserBody } from '../../api/user-changes.ts';
import type { PercipioContext } from '../../context.ts';
import { asService } from '../../service-errors.ts';
import { changeUser, type UserChange, type UserPlan } from '../change-user.ts';

/**
 * Brings a person into the state that `plan` wants.
 * @throws ServiceError, NOT_FOUND for a person who does not exist (any more), ALREADY_EXISTS for an e-mail or a name that
 * another one has.
 */
export async function changeAccount(
  percipio: Pick<PercipioContext, 'client'>,
  userId: string,
  plan: UserPlan,
  context: Context,
): Promise<UserChange> {
  const change = await tryChange(percipio, userId, plan, context);
  if (!change) {
    throw new ServiceError(Code.NotFound, `Percipio has no user ${userId} (any more)`, { reason: 'user_not_found' });
  }
  return change;
}

/** As {@link changeAccount}, with nothing for a person who does not exist (any more). */
export async function tryChange(
  { client }: Pick<PercipioContext, 'client'>,
  userId: string,
  plan: UserPlan,
  { signal, logger }: Context,
): Promise<UserChange | undefined> {
  const change = await asChange(signal, (signal) => changeUser(client().users, userId, plan, signal));
  if (change?.written) {
    logger.info({ user_id: userId, fields: Object.keys(toUserBody(plan(change.before) ?? {})) }, 'changed a user');
  }
  return change;
}

/** As `asService`, for writes: to a conflict it adds what that means for the person who asked. */
export async function asChange<Result>(
  signal: AbortSignal,
  call: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  try {
    return await asService(signal, call);
  } catch (error) {
    if (!(error instanceof ServiceError && error.code === Code.AlreadyExists)) throw error;
    const { rawMessage, reason } = error;
    throw new ServiceError(
      Code.AlreadyExists,
      `${rawMessage}. Another person in Percipio has this external user id, login name or e-mail; nothing was changed`,
      { reason, cause: error },
    );
  }
}
