// How people name accounts and entitlements in a file of changes (`--changes`).
import type { Entitlement } from '#gen/c1/connector/v2/entitlement_pb.js';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import type { Context } from './context.ts';

/** What a connector adds to its services, so that changes can be read from a file that people write by hand. */
export interface Naming {
  /** What the changes go to, such as the tenant and its URL: results of one target do not count for another. */
  readonly target: string;
  /** The fields of a new account whose values are names that {@link findAccount} knows, such as `email`. */
  readonly accountFields: readonly string[];
  /**
   * Finds the account that goes by a name that people know: an e-mail, a login, an employee number or the id itself.
   * @returns Undefined if there is none.
   * @throws ServiceError if the name fits several accounts, or the application cannot be asked.
   */
  findAccount(name: string, context: Context): Promise<Resource | undefined>;
  /**
   * What can be granted by name, by the word for it: with `role`, rows can have the change `role`, and name a role in the
   * column `role`. Finds the entitlement of a name.
   * @throws ServiceError INVALID_ARGUMENT for an unknown name, which lists the valid ones.
   */
  readonly entitlements?: Readonly<Record<string, (name: string, context: Context) => Promise<Entitlement>>>;
}
