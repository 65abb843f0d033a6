// Finds accounts whose password was lost: a process set it and ended before ConductorOne had its answer.
import type { User } from '../api/user.ts';
import type { NewUser } from '../api/user-changes.ts';
import { differencesOf } from './user-differences.ts';
import { type AttributeValue, isSameName } from './user-fields.ts';

/** ConductorOne hands out an unfinished task again long before that. */
const lostForMaxMs = 24 * 60 * 60 * 1000;

/** A process keeps no more ids; the oldest are forgotten. */
const idsMax = 10_000;

/**
 * Percipio says neither who created an account nor whether somebody has signed in. So an account counts as the result of
 * an earlier attempt at the same request if it is exactly as requested, it was changed within the last day, and this
 * process has not answered a request for it.
 */
export class LostPasswords {
  /** External user ids, in lower case, of accounts that this process has created, found or is creating. */
  readonly #ours = new Set<string>();

  /** Notes that `work` answers a request for an account, with its password if it has one, unless it fails. */
  async whileAnswering<Result>(
    { externalUserId }: Pick<NewUser, 'externalUserId'>,
    work: () => Promise<Result>,
  ): Promise<Result> {
    const id = externalUserId.toLowerCase();
    this.#ours.add(id);
    const [oldest] = this.#ours;
    if (this.#ours.size > idsMax && oldest !== undefined) this.#ours.delete(oldest);
    try {
      return await work();
    } catch (error) {
      this.#ours.delete(id);
      throw error;
    }
  }

  /** Whether the password of an account was lost, as far as one can tell. */
  isLikely(
    user: User,
    asked: NewUser & { readonly customAttributes: readonly AttributeValue[] },
    now = Date.now(),
  ): boolean {
    if (this.#ours.has(asked.externalUserId.toLowerCase())) return false;
    if (!isSameName(user.externalUserId, asked.externalUserId) || differencesOf(user, asked)) return false;
    return Math.abs(now - Date.parse(user.updatedAt ?? '')) <= lostForMaxMs;
  }
}
