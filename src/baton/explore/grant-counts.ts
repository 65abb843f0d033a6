// How many grants each resource has, and of which kinds.
import { resourceKey } from '../c1z/tables/schema.ts';
import { listResources } from '../inspect/list-resources.ts';
import { countGrantsByEntitlement } from '../inspect/summarize-file.ts';
import type { EntitlementView, SyncView } from '../inspect/sync-view.ts';
import type { AnyTable } from '../inspect/table.ts';
import { inBatches } from './in-batches.ts';

/** By the key of a resource, then by the slug of the entitlement: `completed`. */
export type GrantCounts = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Counts all grants of a sync: seconds for ten million, in which others run. */
export async function countGrants(view: SyncView, signal?: AbortSignal): Promise<GrantCounts> {
  const counts = new Map<string, Map<string, number>>();
  for await (const batch of inBatches(countGrantsByEntitlement(view), signal)) {
    for (const [id, count] of batch) {
      const entitlement = view.entitlement(id);
      if (!entitlement) continue;
      const key = resourceKey(entitlement.resource.type, entitlement.resource.id);
      const ofResource = counts.get(key) ?? new Map<string, number>();
      ofResource.set(entitlement.slug, (ofResource.get(entitlement.slug) ?? 0) + count);
      counts.set(key, ofResource);
    }
  }
  return counts;
}

/** The number of grants of some entitlements, by slug. It reads an index alone. */
export function countGrantsOf(
  view: SyncView,
  entitlements: readonly Pick<EntitlementView, 'id' | 'slug'>[],
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { id, slug } of entitlements) {
    const sql = `select count(*) as n from ${view.schema}.v1_grants where entitlement_id = ? and sync_id = ?`;
    const count = Number(view.all(sql, id, view.run.syncId)[0]?.n);
    if (count > 0) counts.set(slug, (counts.get(slug) ?? 0) + count);
  }
  return counts;
}

/** The resources of a type with the number of their grants: in all, and a column `grants:SLUG` for each kind. */
export function countedTable(view: SyncView, type: string, counts: GrantCounts): AnyTable {
  const of = (id: string) => counts.get(resourceKey(type, id)) ?? new Map<string, number>();
  const slugs = new Set<string>();
  for (const [key, bySlug] of counts) {
    if (key.startsWith(resourceKey(type, ''))) for (const slug of bySlug.keys()) slugs.add(slug);
  }
  // As a rule there are a few. Slugs that differ for each resource are no columns.
  const shown = slugs.size > slugsMax ? [] : [...slugs].sort();
  const rows = () => listResources(view, { types: [type] });
  return {
    name: type,
    titles: [],
    textRows: () => Iterator.from([]),
    records: () => Iterator.from([]),
    columnNames: ['name', 'grants', ...shown.map((slug) => `grants:${slug}`), 'description', 'type', 'id'],
    cellRows: () =>
      rows().map(({ name, description, id }) => {
        const bySlug = of(id);
        const all = bySlug.values().reduce((sum, count) => sum + count, 0);
        return [name, all, ...shown.map((slug) => bySlug.get(slug) ?? 0), description, type, id];
      }),
  };
}

const slugsMax = 6;
