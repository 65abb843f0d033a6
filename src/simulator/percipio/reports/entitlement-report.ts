// The entitlements report (License Consumption in Percipio's pages): which users consumed a license of which collection.
import { notSimulated } from '../http/answer.ts';
import type { PercipioUser, SimulatedData } from '../organization/api-objects.ts';
import { COLLECTION_NAMES } from '../organization/common-data.ts';
import { isGiven, readList, readOneOf, readPeriod } from './activity-request.ts';

const DAY_MS = 86_400_000;
const CONSUMED_UNTIL_MS = Date.UTC(2025, 0, 1);
const CONSUMED_DAYS = 1000;

/** A license that a user consumed. */
interface ConsumedLicense {
  readonly collection: string;
  readonly user: PercipioUser;
  /** `YYYY-MM-DD`. */
  readonly consumed: string;
}

/** Which licenses a report lists. */
export interface EntitlementFilter {
  readonly startMs: number;
  readonly endMs: number;
  /** Undefined for all. */
  readonly collections: ReadonlySet<string> | undefined;
  readonly descending: boolean;
}

/**
 * Reads a request body. All fields have defaults, so it may be missing. Throws 501 for single audiences and users, and
 * for sorting by anything but the collection.
 */
export function readEntitlementRequest(fields: Readonly<Record<string, unknown>>, nowMs: number): EntitlementFilter {
  for (const name of ['audience', 'user']) {
    if (isGiven(fields[name]) && String(fields[name]).toUpperCase() !== 'ALL') {
      throw notSimulated(`entitlement reports on a single ${name}`);
    }
  }
  const hasPeriod = isGiven(fields.start) || isGiven(fields.end) || isGiven(fields.timeFrame);
  const { field = 'collection', order = 'asc' } = (fields.sort ?? {}) as { field?: unknown; order?: unknown };
  if (field !== 'collection') {
    throw notSimulated(`sorting by ${JSON.stringify(field)}, only by collection`);
  }
  const collections = isGiven(fields.collection) ? readList('collection', fields.collection) : ['ALL'];
  return {
    ...(hasPeriod ? readPeriod(fields, nowMs) : { startMs: -Infinity, endMs: Infinity }),
    collections: collections.some((name) => name.toUpperCase() === 'ALL') ? undefined : new Set(collections),
    descending: readOneOf('sort.order', order, ['ASC', 'DESC']) === 'DESC',
  };
}

/** Every user has a license of the first collection, every third user one of the second, no user one of the third. */
export function* consumedLicenses(data: SimulatedData): Generator<ConsumedLicense> {
  for (const [position, collection] of COLLECTION_NAMES.entries()) {
    for (const [index, user] of data.users.entries()) {
      if (position === 0 || (position === 1 && index % 3 === 0)) {
        const day = ((index + 1) * (position + 1) * 37) % CONSUMED_DAYS;
        const consumed = new Date(CONSUMED_UNTIL_MS - (day + 1) * DAY_MS).toISOString().slice(0, 10);
        yield { collection, user, consumed };
      }
    }
  }
}

/**
 * `userId` of a row is the User ID attribute: `externalUserId` in the rest of the API, by default the login name.
 */
export function userIdInRow({ externalUserId, loginName }: PercipioUser): string {
  return String(externalUserId ?? loginName ?? '');
}

/** The report, row by row, sorted by collection. */
export function* entitlementReport(data: SimulatedData, filter: EntitlementFilter): Generator<string> {
  const { startMs, endMs, collections, descending } = filter;
  const licenses = [...consumedLicenses(data)].filter(({ collection, consumed }) => {
    const consumedMs = Date.parse(consumed);
    return consumedMs >= startMs && consumedMs <= endMs && collections?.has(collection) !== false;
  });
  licenses.sort((a, b) => (descending ? b : a).collection.localeCompare((descending ? a : b).collection, 'en'));
  let separator = '[';
  for (const { collection, user, consumed } of licenses) {
    const row = {
      collection,
      userId: userIdInRow(user),
      firstName: user.firstName ?? '',
      lastName: user.lastName ?? '',
      emailAddress: user.email ?? '',
      entitledByAudience: 'All Users',
      consumed,
    };
    yield separator + JSON.stringify(row);
    separator = ',';
  }
  yield separator === '[' ? '[]' : ']';
}
