// GET of organization-wide definitions: collections, custom attributes, license pools, audiences.
import { jsonAnswer } from '../http/answer.ts';
import { readPage } from '../http/query.ts';
import type { Route } from '../http/router.ts';
import type { ListEntries } from '../odd/odd-value.ts';
import type { SimulatedData } from '../organization/api-objects.ts';
import type { CommonData, LicensePool } from '../organization/common-data.ts';
import { consumedLicenses } from '../reports/entitlement-report.ts';

const PAGE_SIZE_DEFAULT = 1000;
/** Unused seats of a pool. */
const SEATS_LEFT = 25;

interface CommonRoutesOptions {
  readonly data: SimulatedData;
  readonly common: CommonData;
  /** Whether license pools include seats and dates. Percipio's pages show both; the field names are a guess. */
  readonly hasLicenseSeats: boolean;
  readonly listed: ListEntries;
}

export function commonRoutes({ data, common, hasLicenseSeats, listed }: CommonRoutesOptions): Route[] {
  const list = (name: string, items: () => readonly unknown[]): Route => ({
    method: 'GET',
    path: `/common/v1/organizations/:organizationId/${name}`,
    handle: () => jsonAnswer(listed(items())),
  });
  return [
    list('collections', () => common.collections),
    list('custom-attributes', () => common.customAttributes),
    list('license-pools', () =>
      hasLicenseSeats ? common.licensePools.map((pool) => withSeats(pool, data)) : common.licensePools,
    ),
    {
      method: 'GET',
      path: '/common/v2/organizations/:organizationId/audiences',
      handle: ({ query }) => {
        const { max, offset } = readPage(query, PAGE_SIZE_DEFAULT);
        const audiences = listed(common.audiences);
        return jsonAnswer(audiences.slice(offset, offset + max), { 'x-total-count': String(audiences.length) });
      },
    },
  ];
}

/** A user takes one seat of a pool, however many of its collections the user has. */
function withSeats(pool: LicensePool, data: SimulatedData): unknown {
  const holders = new Set<string>();
  for (const { collection, user } of consumedLicenses(data)) {
    if (pool.collections.includes(collection)) holders.add(user.id);
  }
  return {
    ...pool,
    totalLicenses: holders.size + SEATS_LEFT,
    consumedLicenses: holders.size,
    startDate: '2022-01-01',
    rolloverDate: '2026-01-01',
    contractEndDate: '2027-12-31',
  };
}
