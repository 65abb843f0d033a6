// The grants step: who has which entitlement.
import { GrantExpandableSchema, InsertResourceGrantsSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import { SkipGrantsSchema } from '#gen/c1/connector/v2/annotation_resource_tree_pb.js';
import { TypeScopedGrantsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import type { GrantsServiceListGrantsResponse } from '#gen/c1/connector/v2/grant_pb.js';
import { isMessage, type ListedGrant } from '../messages/grant.ts';
import { grantKind } from '../messages/grant-kind.ts';
import { ListResponse } from '../services/list-response.ts';
import { insertResources } from './insert-resources.ts';
import { planListings, scopeOf } from './plan-listings.ts';
import type { SyncContext } from './sync-context.ts';
import { carries, receivePage, type Step } from './sync-step.ts';

/** Stores the grants of each type or resource. */
export const grantsStep: Step = {
  phase: 'grants',
  plan: (action, context) => {
    context.store.startGrants();
    // On a resource type, SkipGrants has no effect in the Go syncer either.
    const rules = { typeScope: TypeScopedGrantsSchema, typeSkips: [], resourceSkips: [SkipGrantsSchema] };
    return planListings(action, context, rules);
  },
  call: async (action, context) => {
    const { grants, store } = context;
    const scope = scopeOf(action, context, TypeScopedGrantsSchema);
    const { pageToken } = action;
    const page = await grants.listGrants({ ...scope, pageToken, activeSyncId: store.syncId });
    const items = itemsOf(page);
    return receivePage(action, page, items, () => {
      storeGrants(carries(page, InsertResourceGrantsSchema) ? insertResources(items, context) : items, context);
      return [];
    });
  },
};

function storeGrants(items: readonly ListedGrant[], context: SyncContext): void {
  const { store, observer, grantCounts, state } = context;
  const grants = selectGrants(context, items);
  store.putGrants(grants);
  state.flags.needsExpansion ||=
    !context.skipExpandGrants && grants.some((grant) => isMessage(grant) && carries(grant, GrantExpandableSchema));
  const counts = countBySlug(grants);
  for (const [kind, count] of Object.entries(counts)) grantCounts.set(kind, (grantCounts.get(kind) ?? 0) + count);
  observer.pageWritten('grants', counts);
}

/** The grants of a page. Those of a connector in this process are as its listing returned them. */
function itemsOf(page: GrantsServiceListGrantsResponse): readonly ListedGrant[] {
  return page instanceof ListResponse ? page.items : page.list;
}

/** The grants that the sync stores. The others are counted as skipped. */
function selectGrants(context: SyncContext, grants: readonly ListedGrant[]): readonly ListedGrant[] {
  const { observer } = context;
  const complete = grants.filter(isComplete);
  if (complete.length < grants.length) {
    observer.countSkipped('grants without an id, an entitlement or a principal', grants.length - complete.length);
  }
  const synced = complete.filter((grant) => isOfSyncedTypes(context, grant));
  if (synced.length < complete.length) {
    observer.countSkipped('grants of types excluded by --sync-resource-types', complete.length - synced.length);
  }
  return synced;
}

function isComplete(grant: ListedGrant): boolean {
  const isNamed = !isMessage(grant) || (grant.id !== '' && grant.principal?.id !== undefined);
  return isNamed && grant.entitlement?.resource?.id !== undefined;
}

/** Other grants would refer to resources that the file lacks. The Go syncer drops them too (pkg/sync of baton-sdk v0.25.0). */
function isOfSyncedTypes({ resourceTypeIds }: SyncContext, grant: ListedGrant): boolean {
  if (resourceTypeIds.length === 0) return true;
  const principalType = isMessage(grant) ? grant.principal?.id?.resourceType : grant.principalType;
  return [grant.entitlement?.resource?.id?.resourceType, principalType].every((type = '') =>
    resourceTypeIds.includes(type),
  );
}

/** Counts by kind. */
function countBySlug(grants: readonly ListedGrant[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { entitlement } of grants) {
    const { resourceType = '', resource = '' } = entitlement?.resource?.id ?? {};
    const kind = grantKind(entitlement?.id ?? '', { resourceTypeId: resourceType, resourceId: resource });
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
