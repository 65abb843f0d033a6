// Settings of a sync, of the file that it writes and of the requests that it makes.
import { boolField, choiceField, intField, stringField, stringSliceField } from '../create-field.ts';
import type { Settings } from '../field.ts';
import { parseResourceBid } from '../parse-resource-bid.ts';

export const file = stringField({
  name: 'file',
  shorthand: 'f',
  description: 'The c1z file that a sync writes',
  pathTo: 'file',
  default: 'sync.c1z',
  exportTarget: 'none',
});

export const c1zTempDir = stringField({
  name: 'c1z-temp-dir',
  description: "An existing directory for temporary files (default: the operating system's)",
  hidden: true,
  exportTarget: 'none',
});

const storageEngine = choiceField({
  name: 'storage-engine',
  description: 'How the c1z file is stored: sqlite or pebble (default: sqlite)',
  oneOf: ['sqlite', 'pebble'],
  exportTarget: 'none',
  unsupported: { answer: 'refuse', because: 'files are written with sqlite', values: ['pebble'] },
});

/** -1 chooses by the number of processors, 0 is one after the other. */
export const workers = intField({
  name: 'workers',
  description: 'How many calls a sync has under way at once: 0 means one after the other, -1 chooses by processors',
  default: 0,
  gte: -1,
  exportTarget: 'none',
});

export const parallelSync = boolField({
  name: 'parallel-sync',
  description: 'Former name of --workers=-1',
  exportTarget: 'none',
});

/** More than this is only used when it is asked for (pkg/sync of baton-sdk v0.25.0). */
const automaticMax = 4;

/** The number that `--workers` and its former name stand for, at least 1. */
export function countWorkers(settings: Settings, processors: number): number {
  const asked = settings.get(workers) || (settings.get(parallelSync) ? -1 : 0);
  return Math.max(1, asked < 0 ? Math.min(processors, automaticMax) : asked);
}

export const syncResourceTypes = stringSliceField({
  name: 'sync-resource-types',
  description: 'Ids of the resource types to sync (default: all)',
  exportTarget: 'none',
});

export const syncResources = stringSliceField({
  name: 'sync-resources',
  description: 'Ids of the only resources to sync, such as bid:r:user/42',
  exportTarget: 'none',
  check: (ids) =>
    ids.every((id) => parseResourceBid(id)) ? undefined : 'must be ids of resources, such as bid:r:user/42',
});

export const skipFullSync = boolField({
  name: 'skip-full-sync',
  description: 'Checks the connection and writes an empty sync',
  exportTarget: 'none',
});

export const skipEntitlementsAndGrants = boolField({
  name: 'skip-entitlements-and-grants',
  description: 'Syncs resources alone',
  exportTarget: 'none',
});

export const skipGrants = boolField({
  name: 'skip-grants',
  description: 'Syncs resources and entitlements, and no grants; only with --sync-resources',
  hidden: true,
  exportTarget: 'none',
});

const noExternalResources = { answer: 'refuse', because: 'resources of other c1z files are not matched' } as const;

export const externalResourceC1z = stringField({
  name: 'external-resource-c1z',
  description: 'Another c1z file, whose resources are matched and copied',
  pathTo: 'file',
  exportTarget: 'none',
  unsupported: noExternalResources,
});

export const externalResourceEntitlementIdFilter = stringField({
  name: 'external-resource-entitlement-id-filter',
  description: 'An entitlement that users and groups of the other c1z file must have',
  exportTarget: 'none',
  unsupported: noExternalResources,
});

export const externalResourceTraits = stringSliceField({
  name: 'external-resource-traits',
  description: 'Traits of the resources to take from the other c1z file (default: user, group)',
  exportTarget: 'none',
  unsupported: noExternalResources,
});

const keepPreviousSyncC1z = boolField({
  name: 'keep-previous-sync-c1z',
  description: 'Keeps the file of the sync before',
  exportTarget: 'none',
  unsupported: { answer: 'accept', because: 'it has no effect in Go connectors either (baton-sdk v0.25.0)' },
});

export const httpTimeoutSeconds = intField({
  name: 'http-timeout-seconds',
  description: 'How many seconds a request to the application may take, 1 to 1800',
  default: 300,
  gte: 1,
  lte: 1800,
  exportTarget: 'ops',
});

export const syncFields = [
  file,
  c1zTempDir,
  storageEngine,
  workers,
  parallelSync,
  syncResourceTypes,
  syncResources,
  skipFullSync,
  skipEntitlementsAndGrants,
  skipGrants,
  externalResourceC1z,
  externalResourceEntitlementIdFilter,
  externalResourceTraits,
  keepPreviousSyncC1z,
];
