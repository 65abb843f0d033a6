// Reads the collections and license pools of a sync.
import { type Context, ServiceError } from 'baton-connector-sdk';
import type { Collection, LicenseList, LicensePool } from '../api/licenses.ts';
import { isRefused } from '../api/percipio-error.ts';
import type { PercipioContext } from '../context.ts';
import { countUnread } from '../count-unread.ts';
import type { SyncScope } from '../memory/sync-memory.ts';
import { asService } from '../service-errors.ts';

type Reporting = Pick<Context, 'signal' | 'reporter'>;

/**
 * The collections, which are read once for a sync.
 * @param isFresh - Whether to read them even if they are known.
 * @throws ServiceError
 */
export async function readCollections(
  { client }: Pick<PercipioContext, 'client'>,
  { lists }: SyncScope,
  signal: AbortSignal,
  isFresh = false,
): Promise<LicenseList<Collection>> {
  try {
    return await asService(signal, (signal) => lists.licenses.readCollections(client().licenses, signal, isFresh));
  } catch (error) {
    if (!(error instanceof ServiceError && isRefused(error.cause))) throw error;
    const { code, rawMessage, reason, cause } = error;
    throw new ServiceError(code, `${rawMessage}, or remove --sync-licenses`, { reason, cause });
  }
}

/** The pools; none if Percipio has no such list for the service account. That is a warning: grants need no pools. */
export async function readPools(
  { client }: PercipioContext,
  { signal, reporter }: Reporting,
): Promise<LicenseList<LicensePool>> {
  return await asService(signal, async (signal) => {
    try {
      return await client().licenses.listPools(signal);
    } catch (error) {
      if (!isRefused(error)) throw error;
      reporter.warn(`license pools and their seats are not synced: ${error.message}`);
      reporter.countSkipped(`lists of license pools that Percipio refused with ${error.status}`);
      return { items: [], nameless: 0, unread: new Map() };
    }
  });
}

/** Reports what of a list could not be read. */
export function reportUnread(
  { nameless, unread }: LicenseList<unknown>,
  what: 'collections' | 'license pools',
  { reporter }: Reporting,
): void {
  if (nameless > 0) reporter.countSkipped(`${what} without an id or a name`, nameless);
  countUnread(unread, what, reporter);
}
