// Settings of a sync, its file and its requests.
import { boolField, choiceField, intField, stringField, stringSliceField } from '../create-field.ts';
import type { Settings } from '../field.ts';
import { parseResourceBid } from '../parse-resource-bid.ts';

export const file = stringField({
  name: 'file',
  shorthand: 'f',
  description: 'The c1z file to write',
  pathTo: 'file',
  default: 'sync.c1z',
  exportTarget: 'none',
});

export const c1zTempDir = stringField({
  name: 'c1z-temp-dir',
  description: "Directory for temporary files; it must exist (default: the system's)",
  hidden: true,
  exportTarget: 'none',
});

const storageEngine = choiceField({
  name: 'storage-engine',
  description: 'Storage engine of the c1z file: sqlite or pebble (default: sqlite)',
  oneOf: ['sqlite', 'pebble'],
  exportTarget: 'none',
  unsupported: { answer: 'refuse', because: 'this version writes files with sqlite only', values: ['pebble'] },
});

export const workers = intField({
  name: 'workers',
  description: 'Maximum concurrent calls during a sync: 0 = sequential, -1 = one per CPU (max 4)',
  default: 0,
  gte: -1,
  exportTarget: 'none',
});

export const parallelSync = boolField({
  name: 'parallel-sync',
  description: 'Deprecated: use --workers=-1',
  exportTarget: 'none',
});

/** The most workers that -1 chooses (pkg/sync of baton-sdk v0.25.0). */
const automaticMax = 4;

/** The number of workers that `--workers` and `--parallel-sync` stand for, at least 1. */
export function countWorkers(settings: Settings, processors: number): number {
  const requested = settings.get(workers) || (settings.get(parallelSync) ? -1 : 0);
  return Math.max(1, requested < 0 ? Math.min(processors, automaticMax) : requested);
}

export const syncResourceTypes = stringSliceField({
  name: 'sync-resource-types',
  description: 'Sync only resource types with these ids (default: all)',
  exportTarget: 'none',
});

export const syncResources = stringSliceField({
  name: 'sync-resources',
  description: 'Sync only these resources, by ids such as bid:r:user/42',
  exportTarget: 'none',
  check: (ids) => {
    const wrong = ids.find((id) => !parseResourceBid(id));
    return wrong === undefined ? undefined : `must be resource ids such as bid:r:user/42, not ${JSON.stringify(wrong)}`;
  },
});

export const skipFullSync = boolField({
  name: 'skip-full-sync',
  description: 'Only check the connection, and write an empty sync',
  exportTarget: 'none',
});

export const skipEntitlementsAndGrants = boolField({
  name: 'skip-entitlements-and-grants',
  description: 'Sync only resources',
  exportTarget: 'none',
});

export const skipGrants = boolField({
  name: 'skip-grants',
  description: 'Sync resources and entitlements without grants; requires --sync-resources',
  hidden: true,
  exportTarget: 'none',
});

const noExternalResources = {
  answer: 'refuse',
  because: 'this version does not match resources of other c1z files',
} as const;

export const externalResourceC1z = stringField({
  name: 'external-resource-c1z',
  description: 'Another c1z file whose resources to match and copy',
  pathTo: 'file',
  exportTarget: 'none',
  unsupported: noExternalResources,
});

export const externalResourceEntitlementIdFilter = stringField({
  name: 'external-resource-entitlement-id-filter',
  description: 'Entitlement that users and groups of the other c1z file must have',
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
  description: 'Keep the c1z file of the previous sync',
  exportTarget: 'none',
  unsupported: { answer: 'accept', because: 'it has no effect in Go connectors either (baton-sdk v0.25.0)' },
});

export const httpTimeoutSeconds = intField({
  name: 'http-timeout-seconds',
  description: 'Timeout of a request to the application in seconds, 1 to 1800',
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
