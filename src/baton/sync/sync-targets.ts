// The resources step of a targeted sync: single resources by id, their children, and the resources that their grants name.
import { ConnectError } from '@connectrpc/connect';
import type { Resource, ResourceType } from '#gen/c1/connector/v2/resource_pb.js';
import { Code } from '../author/service-error.ts';
import { parseResourceBid } from '../config/parse-resource-bid.ts';
import type { SyncContext, SyncTarget } from './sync-context.ts';
import { childListings, syncListings } from './sync-resources.ts';

/** The targets that a setting with resource ids names; undefined if it is empty, for a sync of everything. */
export function readTargets(bids: readonly string[]): readonly SyncTarget[] | undefined {
  return bids.length === 0 ? undefined : bids.flatMap((bid) => parseResourceBid(bid) ?? []);
}

/**
 * Stores each target and its children. A target that no longer exists, or whose type does not support Get, is skipped
 * with a warning (pkg/sync of baton-sdk v0.25.0).
 */
export async function syncTargets(
  context: SyncContext,
  targets: readonly SyncTarget[],
  types: readonly ResourceType[],
): Promise<void> {
  const scheduled = new Set<string>();
  for (const target of targets) {
    const resource = await getResource(context, target);
    if (typeof resource === 'string') {
      context.observer.warn(`${nameOf(target.id)} was skipped: ${resource}`);
      continue;
    }
    store(context, resource);
    await syncListings(context, childListings(resource, types, scheduled), types, scheduled);
  }
}

/** Stores the resources that grants name and no step has found, where the connector can return them. */
export async function syncRelatedResources(context: SyncContext): Promise<void> {
  const { records } = context.store;
  const known = new Set(Array.from(records.allResources(), ({ id }) => nameOf(id)));
  const named = new Map<string, SyncTarget>();
  for (const { principal, entitlement } of records.allGrants()) {
    for (const resource of [principal, entitlement?.resource]) {
      if (resource?.id && !known.has(nameOf(resource.id))) named.set(nameOf(resource.id), resource);
    }
  }
  for (const target of named.values()) {
    const resource = await getResource(context, target);
    if (typeof resource !== 'string') store(context, resource);
  }
}

/** The resource, or the reason why there is none. */
async function getResource(context: SyncContext, { id, parentResourceId }: SyncTarget): Promise<Resource | string> {
  try {
    const { resource } = await context.resourceGetter.getResource({
      activeSyncId: context.store.syncId,
      ...(id && { resourceId: id }),
      ...(parentResourceId && { parentResourceId }),
    });
    return resource ?? 'the connector returned no resource';
  } catch (error) {
    if (error instanceof ConnectError && (error.code === Code.NotFound || error.code === Code.Unimplemented)) {
      return error.rawMessage;
    }
    throw error;
  }
}

function store({ store, observer }: SyncContext, resource: Resource): void {
  store.putResources([resource]);
  observer.pageWritten('resources', { [resource.id?.resourceType ?? '']: 1 });
}

function nameOf(id: SyncTarget['id']): string {
  return `${id?.resourceType} ${id?.resource}`;
}
