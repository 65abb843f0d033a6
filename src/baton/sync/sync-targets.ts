// The resources step of a targeted sync: single resources by id, their children, and the resources that their grants name.
import { ConnectError } from '@connectrpc/connect';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import { Code } from '../author/service-error.ts';
import { parseResourceBid } from '../config/parse-resource-bid.ts';
import { retryCall } from './retry-calls.ts';
import type { SyncContext, SyncTarget } from './sync-context.ts';
import { childListings } from './sync-resources.ts';
import type { Step } from './sync-step.ts';

/** The targets that a setting with resource ids names; undefined if it is empty, for a sync of everything. */
export function readTargets(bids: readonly string[]): readonly SyncTarget[] | undefined {
  return bids.length === 0 ? undefined : bids.flatMap((bid) => parseResourceBid(bid) ?? []);
}

/**
 * Stores a target, and lists its children. A target that no longer exists, or whose type does not support Get, is skipped
 * with a warning (pkg/sync of baton-sdk v0.25.0).
 */
export const targetsStep: Step = {
  phase: 'resources',
  call: async ({ resourceTypeId, resourceId, parentResourceTypeId, parentResourceId }, context) => {
    const id = { resourceType: resourceTypeId, resource: resourceId };
    const parent = { resourceType: parentResourceTypeId, resource: parentResourceId };
    const resource = await getResource(context, { id, ...(parentResourceId && { parentResourceId: parent }) });
    if (typeof resource === 'string') {
      const skip = () => {
        context.observer.warn(`${nameOf(id)} was skipped: ${resource}`);
        return [];
      };
      return { nextPageToken: '', items: 0, store: skip };
    }
    return {
      nextPageToken: '',
      items: 1,
      store: () => {
        store(context, resource);
        return childListings(resource, context);
      },
    };
  },
};

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
    const describe = () => `GetResource of ${nameOf(target.id)}`;
    const resource = await retryCall(context, describe, () => getResource(context, target));
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
