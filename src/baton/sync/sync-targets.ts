// The resources step of a targeted sync: single resources by id, their children, and the resources that their grants name.
import { ConnectError } from '@connectrpc/connect';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import { Code } from '../author/service-error.ts';
import { parseResourceBid } from '../config/parse-resource-bid.ts';
import { hasId } from './accept-resources.ts';
import { describeAction } from './describe-action.ts';
import { type ActionInit, action } from './plan/sync-action.ts';
import { retryCall } from './retry-calls.ts';
import type { SyncContext, SyncTarget } from './sync-context.ts';
import { childListings } from './sync-resources.ts';
import type { Step } from './sync-step.ts';

/** The targets that a setting with resource ids names; undefined if it is empty, for a sync of everything. */
export function readTargets(bids: readonly string[]): readonly SyncTarget[] | undefined {
  return bids.length === 0 ? undefined : bids.flatMap((bid) => parseResourceBid(bid) ?? []);
}

/** The actions that fetch the targets: each once, and none of a type that the sync leaves out. */
export function targetActions(targets: readonly SyncTarget[], context: SyncContext): readonly ActionInit[] {
  const { resourceTypeIds, observer } = context;
  const byKey = new Map(targets.map((target) => [JSON.stringify(fieldsOf(target)), target]));
  return byKey
    .values()
    .filter(({ id }) => {
      const isSynced = resourceTypeIds.length === 0 || resourceTypeIds.includes(id?.resourceType ?? '');
      if (!isSynced) observer.warn(`${nameOf(id)} was skipped: its type is excluded by --sync-resource-types`);
      return isSynced;
    })
    .map(targetAction)
    .toArray();
}

/**
 * Stores a target, and lists its children. A target that no longer exists, or whose type does not support Get, is skipped
 * with a warning (pkg/sync of baton-sdk v0.25.0).
 */
export const targetsStep: Step = {
  phase: 'resources',
  call: async (action, context) => {
    const resource = await getResource(action, context);
    if (typeof resource === 'string') {
      const skip = () => {
        context.observer.warn(`${action.resourceTypeId} ${action.resourceId} was skipped: ${resource}`);
        return [];
      };
      return { nextPageToken: '', items: 0, store: skip };
    }
    return {
      nextPageToken: '',
      items: 1,
      store: () => {
        const listings = childListings(resource, context);
        store(context, resource);
        return listings;
      },
    };
  },
};

/**
 * Stores the resources whose entitlements were granted and that no step has found, where the connector can return them.
 * Grants name many principals: they are left to full syncs, as in the Go syncer.
 */
export async function syncRelatedResources(context: SyncContext): Promise<void> {
  const { records } = context.store;
  const named = new Map<string, SyncTarget>();
  for (const { entitlement } of records.allGrants()) {
    const { id, parentResourceId } = entitlement?.resource ?? {};
    if (id && !named.has(nameOf(id)) && !records.resource(id)) named.set(nameOf(id), { id, parentResourceId });
  }
  for (const target of named.values()) {
    const call = targetAction(target);
    const resource = await retryCall(
      context,
      () => describeAction(call),
      () => getResource(call, context),
    );
    if (typeof resource === 'string')
      context.observer.countSkipped('resources of grants that the connector did not return');
    else store(context, resource);
  }
}

/** The resource, or the reason why there is none. */
async function getResource(action: ActionInit, context: SyncContext): Promise<Resource | string> {
  const { resourceTypeId, resourceId, parentResourceTypeId, parentResourceId } = action;
  const parent = { resourceType: parentResourceTypeId, resource: parentResourceId };
  try {
    const { resource } = await context.resourceGetter.getResource({
      activeSyncId: context.store.syncId,
      resourceId: { resourceType: resourceTypeId, resource: resourceId },
      ...(parentResourceId && { parentResourceId: parent }),
    });
    if (!resource) return 'the connector returned no resource';
    return hasId(resource) ? resource : 'the connector returned a resource without an id';
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

function targetAction(target: SyncTarget): ActionInit {
  return action('targeted-resource-sync', fieldsOf(target));
}

function fieldsOf({ id, parentResourceId: parent }: SyncTarget) {
  return {
    resourceTypeId: id?.resourceType ?? '',
    resourceId: id?.resource ?? '',
    parentResourceTypeId: parent?.resourceType ?? '',
    parentResourceId: parent?.resource ?? '',
  };
}

function nameOf(id: SyncTarget['id']): string {
  return `${id?.resourceType} ${id?.resource}`;
}
