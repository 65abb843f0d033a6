// Settings of a sync, its file and its requests.
import { resolve } from 'node:path';
import { ResourceType_Trait } from '#gen/c1/connector/v2/resource_pb.js';
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

export const externalResourceC1z = stringField({
  name: 'external-resource-c1z',
  description: 'Another c1z file whose resources to match and copy',
  pathTo: 'file',
  exportTarget: 'none',
});

export const externalResourceEntitlementIdFilter = stringField({
  name: 'external-resource-entitlement-id-filter',
  description: 'Entitlement that users and groups of the other c1z file must have',
  exportTarget: 'none',
});

export const externalResourceTraits = stringSliceField({
  name: 'external-resource-traits',
  description: 'Traits of the resources to take from the other c1z file (default: user, group)',
  exportTarget: 'none',
  check: (names) => {
    const wrong = names.find((name) => parseTrait(name) === undefined);
    return wrong === undefined
      ? undefined
      : `must be traits such as user, group, role or app, not ${JSON.stringify(wrong)}`;
  },
});

/** Which resources of another file to copy. */
export interface ExternalResourceSettings {
  /** The .c1z file. */
  readonly path: string;
  /** Copy only principals with this entitlement. */
  readonly entitlementId?: string | undefined;
  /** Copy only resources of types with one of these traits. Users and groups if empty. */
  readonly traits: readonly ResourceType_Trait[];
}

/** The resources that the settings say to take from another file; undefined if they name none. */
export function readExternalResources(settings: Settings, cwd: string): ExternalResourceSettings | undefined {
  const path = settings.get(externalResourceC1z);
  if (path === undefined) return undefined;
  return {
    path: resolve(cwd, path),
    entitlementId: settings.get(externalResourceEntitlementIdFilter),
    traits: settings.get(externalResourceTraits).flatMap((name) => parseTrait(name) ?? []),
  };
}

/** `app` and `TRAIT_APP` alike, in any case. */
function parseTrait(name: string): ResourceType_Trait | undefined {
  const traits: Readonly<Record<string, unknown>> = ResourceType_Trait;
  const trait = traits[name.toUpperCase().replace(/^TRAIT_/, '')];
  return typeof trait === 'number' && trait > 0 ? trait : undefined;
}

export const keepPreviousSyncC1z = boolField({
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
