// Lists who has consumed a license, from the license report of the sync.
import {
  type Context,
  entitlementStub,
  type Listing,
  listing,
  type PlainGrant,
  type ResourceRequest,
} from 'baton-connector-sdk';
import { z } from 'zod';
import type { PercipioContext } from '../context.ts';
import { loadReport, reportIdSchema, waitingToken } from '../report/load-report.ts';
import type { LicenseIndex } from '../report/scan/license-rows.ts';
import { userType } from '../resource-types.ts';
import { consumedSlug, toCollectionResource } from './license-resource.ts';
import { readCollections } from './read-licenses.ts';

/** `from` grants of `collection` have been listed, and all of collections whose ids sort before it. */
const position = z.strictObject({ report: reportIdSchema, collection: z.string(), from: z.int().min(0) });

const token = z.union([waitingToken, position]);

type Token = z.output<typeof token>;

/** The grants of one license. */
export function createLicenseGrants(percipio: PercipioContext): Listing<PlainGrant, ResourceRequest> {
  return listing(token, async ({ resource, pageSize }, token: Token | undefined, context) =>
    readPage(percipio, { token, pageSize, only: resource.id?.resource ?? '' }, context),
  );
}

/** The grants of all licenses of the sync in one enumeration, by collection id. */
export function createGrantsOfAllLicenses(percipio: PercipioContext): Listing<PlainGrant, object> {
  return listing(token, async ({ pageSize }, token: Token | undefined, context) =>
    readPage(percipio, { token, pageSize }, context),
  );
}

async function readPage(
  percipio: PercipioContext,
  { token, pageSize, only }: { token: Token | undefined; pageSize: number; only?: string },
  context: Context,
): Promise<{ items: PlainGrant[]; next?: Token | undefined }> {
  const scope = percipio.memory.scopeOf(context.syncId);
  if (scope.lists.excludesUsers) {
    context.reporter.warn('grants of licenses are not synced: --sync-resource-types excludes users');
    return { items: [] };
  }
  const loaded = await loadReport(scope.licenseReports, token, context, percipio.reportWaitMs);
  if (!loaded.index) return { items: [], next: loaded.waiting };
  const { index, report } = loaded;
  if (loaded.isFirst) reportSummary(index, context);
  const { items: collections } = await readCollections(percipio, scope, context.signal);
  const start = token && 'collection' in token ? token : { collection: '', from: 0 };
  const items: PlainGrant[] = [];
  for (const collectionId of index.collectionIds) {
    const collection = collections.find(({ id }) => id === collectionId);
    if (!collection || collectionId < start.collection || (only !== undefined && collectionId !== only)) continue;
    const entitlement = entitlementStub(toCollectionResource(collection), consumedSlug);
    const holders = index.holdersOf(collectionId);
    const from = collectionId === start.collection ? start.from : 0;
    const end = Math.min(holders.length, from + pageSize - items.length);
    for (const principal of holders.slice(from, end)) {
      items.push({ entitlement, principalType: userType.id, principal });
    }
    if (items.length === pageSize) return { items, next: { report, collection: collectionId, from: end } };
  }
  return { items };
}

function reportSummary({ counts }: LicenseIndex, { reporter, logger }: Context): void {
  const { rows, grants, duplicates } = counts;
  logger.info({ rows, grants, duplicates }, 'read the license report');
  if (rows > 0 && grants === 0) {
    reporter.warn('no row of the license report gives a grant; the summary says why');
  }
  const skipped: [reason: string, count: number][] = [
    ['license rows of collections that are not synced', counts.unknownCollections],
    ['license rows of users that are not synced', counts.unknownUsers],
    ['license rows without a collection or a user id', counts.malformed],
    ['license rows whose user id or collection is not unique', counts.ambiguous],
    ['license rows that repeat a user and a collection', duplicates],
  ];
  for (const [reason, count] of skipped) {
    if (count > 0) reporter.countSkipped(reason, count);
  }
}
