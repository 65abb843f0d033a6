// The grants step: who has the entitlements that there are.
import { anyIs } from '@bufbuild/protobuf/wkt';
import { SkipEntitlementsAndGrantsSchema, SkipGrantsSchema } from '#gen/c1/connector/v2/annotation_resource_tree_pb.js';
import { TypeScopedGrantsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import type { GrantsServiceListGrantsResponse } from '#gen/c1/connector/v2/grant_pb.js';
import type { Resource, ResourceType } from '#gen/c1/connector/v2/resource_pb.js';
import { isMessage, type ListedGrant } from '../messages/grant.ts';
import { ListResponse } from '../services/list-response.ts';
import type { SyncRun } from './full-sync.ts';
import { askedResources } from './list-scopes.ts';
import type { EarlyGrants } from './prefetched-grants.ts';
import { skippingGone } from './skip-not-found.ts';
import { walkPages } from './walk-pages.ts';

/** Stores the grants of `types`. Nothing is expanded: that is left to who reads the file. */
export async function syncGrants(run: SyncRun, types: readonly ResourceType[], early?: EarlyGrants): Promise<void> {
  const { grants, store, observer } = run;
  const skipGone = skippingGone(run);
  for (const type of types) {
    for (const asked of askedResources(run, type, TypeScopedGrantsSchema, skipsGrants)) {
      await skipGone(asked.resource, async () => {
        const pages = walkPages((pageToken) => {
          const first = pageToken === '' ? early?.firstPageOf(type) : undefined;
          return first ?? grants.listGrants({ ...asked, pageToken, activeSyncId: store.syncId });
        });
        for await (const page of pages) {
          const listed = itemsOf(page);
          const usable = listed.filter(isComplete);
          if (usable.length < listed.length) {
            observer.countSkipped('grants without an id, an entitlement or a principal', listed.length - usable.length);
          }
          const synced = usable.filter((grant) => isOfSyncedTypes(run, grant));
          if (synced.length < usable.length) {
            observer.countSkipped(
              'grants to or of types that --sync-resource-types leaves out',
              usable.length - synced.length,
            );
          }
          store.putGrants(synced);
          observer.pageWritten('grants', countBySlug(synced));
        }
      });
    }
  }
}

/** The grants of a page. Those of a connector in this process are as its listing returned them. */
function itemsOf(page: GrantsServiceListGrantsResponse): readonly ListedGrant[] {
  return page instanceof ListResponse ? page.items : page.list;
}

function isComplete(grant: ListedGrant): boolean {
  const isNamed = !isMessage(grant) || (grant.id !== '' && grant.principal?.id !== undefined);
  return isNamed && grant.entitlement?.resource?.id !== undefined;
}

/** Whoever reads the file would look in vain for the rest. The Go syncer drops it too (pkg/sync of baton-sdk v0.25.0). */
function isOfSyncedTypes({ resourceTypeIds }: SyncRun, grant: ListedGrant): boolean {
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

/** Counts by resource type and slug. The slug is what an entitlement's id has behind type and resource. */
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
