// The grants step: who has which entitlement.
import { anyIs } from '@bufbuild/protobuf/wkt';
import { SkipEntitlementsAndGrantsSchema, SkipGrantsSchema } from '#gen/c1/connector/v2/annotation_resource_tree_pb.js';
import { TypeScopedGrantsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import type { GrantsServiceListGrantsResponse } from '#gen/c1/connector/v2/grant_pb.js';
import type { Resource, ResourceType } from '#gen/c1/connector/v2/resource_pb.js';
import { isMessage, type ListedGrant } from '../messages/grant.ts';
import { ListResponse } from '../services/list-response.ts';
import { listScopes } from './list-scopes.ts';
import type { PrefetchedGrants } from './prefetched-grants.ts';
import { skipNotFound } from './skip-not-found.ts';
import type { SyncContext } from './sync-context.ts';
import { walkPages } from './walk-pages.ts';

/**
 * Stores the grants of `types`. Expandable grants are left to the reader of the file to expand.
 * @returns How many were listed, by resource type and slug. A grant on two pages is counted twice.
 */
export async function syncGrants(
  context: SyncContext,
  types: readonly ResourceType[],
  prefetched?: PrefetchedGrants,
): Promise<GrantCounts> {
  const counts = new Map<string, number>();
  const pages = readGrants(context, types, prefetched, (kind, count) => {
    counts.set(kind, (counts.get(kind) ?? 0) + count);
  });
  await context.store.loadGrants(pages, context.signal);
  return counts;
}

/** Numbers of grants by resource type and slug: `course completed`. */
export type GrantCounts = ReadonlyMap<string, number>;

/** The grants to store, page by page. A page counts as written when the next one is asked for. */
async function* readGrants(
  context: SyncContext,
  types: readonly ResourceType[],
  prefetched: PrefetchedGrants | undefined,
  count: (kind: string, count: number) => void,
): AsyncGenerator<readonly ListedGrant[]> {
  const { grants, store, observer } = context;
  const skipping = skipNotFound(context);
  for (const type of types) {
    for (const scope of listScopes(context, type, TypeScopedGrantsSchema, skipsGrants)) {
      const pages = walkPages((pageToken) => {
        const first = pageToken === '' ? prefetched?.firstPageOf(type) : undefined;
        return first ?? grants.listGrants({ ...scope, pageToken, activeSyncId: store.syncId });
      });
      for await (const page of skipping(scope.resource, pages)) {
        const stored = selectGrants(context, itemsOf(page));
        yield stored;
        const counts = countBySlug(stored);
        for (const [kind, number] of Object.entries(counts)) count(kind, number);
        observer.pageWritten('grants', counts);
      }
    }
  }
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

/** On a resource type, SkipGrants has no effect in the Go syncer either. */
function skipsGrants(resource: Resource): boolean {
  return resource.annotations.some(
    (any) => anyIs(any, SkipEntitlementsAndGrantsSchema) || anyIs(any, SkipGrantsSchema),
  );
}

/** Counts by resource type and slug. The slug is the part of an entitlement's id after type and resource. */
function countBySlug(grants: readonly ListedGrant[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { entitlement } of grants) {
    const { resourceType = '', resource = '' } = entitlement?.resource?.id ?? {};
    const slug = entitlement?.id.slice(resourceType.length + resource.length + 2);
    const kind = `${resourceType} ${slug}`;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
