// The grants step: who has which entitlement.
import { GrantExpandableSchema, InsertResourceGrantsSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import { SkipGrantsSchema } from '#gen/c1/connector/v2/annotation_resource_tree_pb.js';
import { TypeScopedGrantsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import type { GrantsServiceListGrantsResponse } from '#gen/c1/connector/v2/grant_pb.js';
import { isMessage, type ListedGrant } from '../messages/grant.ts';
import { grantKind } from '../messages/grant-kind.ts';
import { ListResponse } from '../services/list-response.ts';
import { acceptGrants, hasExternalMatch } from './accept-grants.ts';
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
  const grants = acceptGrants(items, context);
  store.putGrants(grants);
  state.flags.needsExpansion ||=
    !context.skipExpandGrants && grants.some((grant) => isMessage(grant) && carries(grant, GrantExpandableSchema));
  state.flags.hasExternalResourceGrants ||= grants.some((grant) => isMessage(grant) && hasExternalMatch(grant));
  const counts = countBySlug(grants);
  for (const [kind, count] of Object.entries(counts)) grantCounts.set(kind, (grantCounts.get(kind) ?? 0) + count);
  observer.pageWritten('grants', counts);
}

/** The grants of a page. Those of a connector in this process are as its listing returned them. */
function itemsOf(page: GrantsServiceListGrantsResponse): readonly ListedGrant[] {
  return page instanceof ListResponse ? page.items : page.list;
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
