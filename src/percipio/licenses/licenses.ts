// The resource type `license`: what content the organization has bought, and who uses it.
import { type Context, type ResourceSyncer, singlePage } from 'baton-connector-sdk';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import type { PercipioContext } from '../context.ts';
import { licenseType } from '../resource-types.ts';
import { createGrantsOfAllLicenses, createLicenseGrants } from './license-grants.ts';
import {
  countUnknownCollections,
  toCollectionResource,
  toLicenseEntitlements,
  toPoolResource,
} from './license-resource.ts';
import { readCollections, readPools, reportUnread } from './read-licenses.ts';

export function createLicenseSyncer(percipio: PercipioContext): ResourceSyncer {
  return {
    type: licenseType,
    list: singlePage(async (_request, context) => await listLicenses(percipio, context)),
    get: async ({ id }, context) =>
      (await listLicenses(percipio, context)).find((license) => license.id?.resource === id.resource),
    entitlements: singlePage(async ({ resource }) => toLicenseEntitlements(resource)),
    grants: createLicenseGrants(percipio),
    grantsOfType: createGrantsOfAllLicenses(percipio),
    immutableBecause:
      'A license is consumed when a user signs in, and Percipio gives no seat back before the license pool rolls over: neither can be done through its API',
  };
}

async function listLicenses(percipio: PercipioContext, context: Context): Promise<Resource[]> {
  const scope = percipio.memory.scopeOf(context.syncId);
  // Whoever asks by hand wants to see the latest change.
  const collections = await readCollections(percipio, scope, context.signal, context.syncId === undefined);
  reportUnread(collections, 'collections', context);
  const pools = await readPools(percipio, context);
  reportUnread(pools, 'license pools', context);
  for (const pool of pools.items) {
    const unknown = countUnknownCollections(pool, collections.items);
    if (unknown > 0) context.reporter.countSkipped('collections of license pools that Percipio does not list', unknown);
  }
  return [
    ...collections.items.map(toCollectionResource),
    ...pools.items.map((pool) => toPoolResource(pool, collections.items)),
  ];
}
