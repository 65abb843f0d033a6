// The resources step: every resource of every type, and the children of resources that have some.
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { ChildResourceTypeSchema } from '#gen/c1/connector/v2/annotation_resource_tree_pb.js';
import { TypeScopedGrantsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import type { Resource, ResourceType } from '#gen/c1/connector/v2/resource_pb.js';
import { acceptResources } from './accept-resources.ts';
import { type ActionInit, action } from './plan/sync-action.ts';
import { typeScopedActions } from './plan-listings.ts';
import type { SyncContext } from './sync-context.ts';
import { receivePage, type Step } from './sync-step.ts';

/**
 * Lists and stores all resources: of each type, the last one first, as in the Go syncer (pkg/sync of baton-sdk v0.25.0), so
 * that a connector can put last what its other listings are made from; and of what is below each resource.
 */
export const resourcesStep: Step = {
  phase: 'resources',
  plan: (_action, context, prefetch) => {
    const types = context.types();
    grantsToPrefetch(types, context).forEach(prefetch);
    const actions = types.map(({ id }) => action('list-resources', { resourceTypeId: id })).reverse();
    return { nextPageToken: '', actions };
  },
  call: async (action, context) => {
    const { resourceTypeId, parentResourceTypeId, parentResourceId, pageToken } = action;
    const { resources, store } = context;
    const parentResourceIds = { resourceType: parentResourceTypeId, resource: parentResourceId };
    const page = await resources.listResources({
      resourceTypeId,
      ...(parentResourceId && { parentResourceId: parentResourceIds }),
      pageToken,
      activeSyncId: store.syncId,
    });
    return receivePage(action, page, page.list, () => storeResources(page.list, resourceTypeId, context));
  },
};

/** An application may need minutes before it can return the first grants of a type: it starts while resources are listed. */
function grantsToPrefetch(types: readonly ResourceType[], { state }: SyncContext): readonly ActionInit[] {
  const { shouldFetchRelatedResources, shouldSkipGrants, shouldSkipEntitlementsAndGrants } = state.flags;
  return shouldFetchRelatedResources || shouldSkipGrants || shouldSkipEntitlementsAndGrants
    ? []
    : typeScopedActions('list-grants', types, TypeScopedGrantsSchema);
}

/** Returns the listings of their children. */
function storeResources(list: readonly Resource[], typeId: string, context: SyncContext): readonly ActionInit[] {
  const { store, observer } = context;
  const usable = acceptResources(list, typeId, context);
  // First: a sync that is continued takes what is stored for planned.
  const listings = usable.flatMap((resource) => childListings(resource, context));
  store.putResources(usable);
  observer.pageWritten('resources', { [typeId]: usable.length });
  return listings;
}

/** The listings of a resource's children that are not planned yet. */
export function childListings(parent: Resource, context: SyncContext): readonly ActionInit[] {
  const { resourceType: parentResourceTypeId = '', resource: parentResourceId = '' } = parent.id ?? {};
  const listings: ActionInit[] = [];
  for (const any of parent.annotations) {
    const { resourceTypeId = '' } = anyUnpack(any, ChildResourceTypeSchema) ?? {};
    const key = `${resourceTypeId} ${parentResourceTypeId} ${parentResourceId}`;
    if (!context.types().some(({ id }) => id === resourceTypeId) || context.plannedChildren.has(key)) continue;
    context.plannedChildren.add(key);
    listings.push(action('list-resources', { resourceTypeId, parentResourceTypeId, parentResourceId }));
  }
  return listings;
}
