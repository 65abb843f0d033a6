// The resources step of a targeted sync: single resources by their ids, what is below them, and who their grants name.
import { ConnectError } from '@connectrpc/connect';
import type { Resource, ResourceId, ResourceType } from '#gen/c1/connector/v2/resource_pb.js';
import { Code } from '../author/service-error.ts';
import { parseResourceBid } from '../config/parse-resource-bid.ts';
import type { SyncRun } from './full-sync.ts';
import { childListings, syncListings } from './sync-resources.ts';

type Id = Pick<ResourceId, 'resourceType' | 'resource'>;

/** The targets that a setting with ids of resources names; nothing when it names none, for a sync of everything. */
export function readTargets(bids: readonly string[]): readonly SyncTarget[] | undefined {
  return bids.length === 0 ? undefined : bids.flatMap((bid) => parseResourceBid(bid) ?? []);
}

/** A resource that is asked for: its id, and its parent's where it has one. */
export interface SyncTarget {
  readonly id?: Id | undefined;
  readonly parentResourceId?: Id | undefined;
}

/**
 * Stores each target and the resources below it. One that is gone, or whose type cannot be asked for single resources,
 * is skipped with a warning, and the sync goes on (pkg/sync of baton-sdk v0.25.0).
 */
export async function syncTargets(
  run: SyncRun,
  targets: readonly SyncTarget[],
  types: readonly ResourceType[],
): Promise<void> {
  const scheduled = new Set<string>();
  for (const target of targets) {
    const resource = await getResource(run, target);
    if (typeof resource === 'string') {
      run.observer.warn(`${nameOf(target.id)} was skipped: ${resource}`);
      continue;
    }
    store(run, resource);
    await syncListings(run, childListings(resource, types, scheduled), types, scheduled);
  }
}

/** Stores what grants name and no step has found, as far as it can be had. */
export async function syncRelatedResources(run: SyncRun): Promise<void> {
  const { records } = run.store;
  const known = new Set(Array.from(records.allResources(), ({ id }) => nameOf(id)));
  const named = new Map<string, SyncTarget>();
  for (const { principal, entitlement } of records.allGrants()) {
    for (const resource of [principal, entitlement?.resource]) {
      if (resource?.id && !known.has(nameOf(resource.id))) named.set(nameOf(resource.id), resource);
    }
  }
  for (const target of named.values()) {
    const resource = await getResource(run, target);
    if (typeof resource !== 'string') store(run, resource);
  }
}

/** The resource, or why there is none. */
async function getResource(run: SyncRun, { id, parentResourceId }: SyncTarget): Promise<Resource | string> {
  try {
    const { resource } = await run.resourceGetter.getResource({
      activeSyncId: run.store.syncId,
      ...(id && { resourceId: id }),
      ...(parentResourceId && { parentResourceId }),
    });
    return resource ?? 'the connector answers no resource';
  } catch (error) {
    if (error instanceof ConnectError && (error.code === Code.NotFound || error.code === Code.Unimplemented)) {
      return error.rawMessage;
    }
    throw error;
  }
}

function store({ store, observer }: SyncRun, resource: Resource): void {
  store.putResources([resource]);
  observer.pageWritten('resources', { [resource.id?.resourceType ?? '']: 1 });
}

function nameOf(id: Id | undefined): string {
  return `${id?.resourceType} ${id?.resource}`;
}
