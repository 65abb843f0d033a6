// What a .c1z file holds: its syncs, and how much each has.
import { type DanglingReferences, findDangling } from '../c1z/tables/dangling-references.ts';
import { countRows, type SyncStats } from '../c1z/tables/sync-stats.ts';
import { listResources } from './list-resources.ts';
import type { Status } from './resource-view.ts';
import { type SyncView, slugOf, type TypeView } from './sync-view.ts';

/** The numbers of one resource type. */
export interface TypeCounts {
  readonly type: TypeView;
  readonly resources: number;
  /** Of types of users: by status; empty for others. */
  readonly statuses: ReadonlyMap<Status | 'unknown', number>;
  /** Entitlements of its resources. */
  readonly entitlements: number;
  /** Grants of those entitlements, by slug: `completed`. */
  readonly grants: ReadonlyMap<string, number>;
}

/** What a sync has. */
export interface SyncContents {
  readonly types: readonly TypeCounts[];
  /** What refers to something that the sync does not have. */
  readonly dangling: readonly DanglingReferences[];
}

/** Counts everything in a sync. It reads an index of all grants: seconds for ten million. */
export function countContents(view: SyncView): SyncContents {
  const stats = statsOf(view);
  const grants = countGrants(view);
  return {
    types: view.types.map((type) => ({
      type,
      resources: stats.resourcesByType.get(type.id) ?? 0,
      statuses: type.traits.includes('user') ? countStatuses(view, type.id) : new Map(),
      entitlements: stats.entitlementsByType.get(type.id) ?? 0,
      grants: grants.get(type.id) ?? new Map(),
    })),
    dangling: findDangling(view.db, view.run.syncId),
  };
}

/** The stored counts of a sync, or those of its rows if it did not end, or is older than such counts. */
export function statsOf({ db, run, schema }: Pick<SyncView, 'db' | 'run' | 'schema'>): SyncStats {
  return run.stats ?? countRows(db, run.syncId, run.type, schema);
}

/** The number of grants of each entitlement that has any, by its id. It reads an index alone. */
export function* countGrantsByEntitlement(view: SyncView): Generator<readonly [entitlementId: string, count: number]> {
  const sql = `select entitlement_id as id, count(*) as n from ${view.schema}.v1_grants where sync_id = ?
    group by entitlement_id order by entitlement_id`;
  for (const { id, n } of view.iterate(sql, view.run.syncId)) yield [String(id), Number(n)];
}

/** By type and slug. */
function countGrants(view: SyncView): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const byType = new Map<string, Map<string, number>>();
  for (const [id, count] of countGrantsByEntitlement(view)) {
    const entitlement = view.entitlement(id);
    const type = entitlement?.resource.type ?? id.slice(0, Math.max(0, id.indexOf(':')));
    const slug = entitlement?.slug ?? slugOf(id, { type, id: id.slice(type.length + 1, id.lastIndexOf(':')) });
    const bySlug = byType.get(type) ?? new Map<string, number>();
    byType.set(type, bySlug.set(slug, (bySlug.get(slug) ?? 0) + count));
  }
  return byType;
}

function countStatuses(view: SyncView, type: string): ReadonlyMap<Status | 'unknown', number> {
  const counts = new Map<Status | 'unknown', number>();
  for (const { status = 'unknown' } of listResources(view, { types: [type] })) {
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  return counts;
}
