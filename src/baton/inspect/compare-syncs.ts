// What changed between two syncs, as a stream and in numbers.
import { type GrantChange, GrantComparison } from './compare-grants.ts';
import { compareResources, type ResourceChange } from './compare-resources.ts';
import { statsOf } from './summarize-file.ts';
import type { SyncView } from './sync-view.ts';

/** The number of changes. Keys in order of their first change. */
export interface ChangeCounts {
  /** By the id of the resource type. */
  readonly resources: ReadonlyMap<string, ResourceChangeCounts>;
  /** By type and slug: `course completed`. */
  readonly grants: ReadonlyMap<string, { readonly granted: number; readonly revoked: number }>;
  /** By type, slug and slug: `course in_progress → completed`; of changed roles by the type: `role`. */
  readonly moved: ReadonlyMap<string, number>;
  /** Grants that were lost and became nothing else. */
  readonly revoked: number;
  /** Grants of the earlier sync. */
  readonly grantsBefore: number;
  /** Whether nothing changed. */
  readonly isEmpty: boolean;
}

export interface ResourceChangeCounts {
  readonly added: number;
  readonly removed: number;
  /** Including the next two. */
  readonly changed: number;
  readonly disabled: number;
  readonly enabled: number;
}

/** Two syncs, which one connection must read (see `openTwo`). To be disposed of: changed grants lie on the disk. */
export class SyncComparison implements Disposable {
  readonly before: SyncView;
  readonly after: SyncView;
  readonly #grants: GrantComparison;

  constructor(before: SyncView, after: SyncView) {
    this.before = before;
    this.after = after;
    this.#grants = new GrantComparison(before, after);
  }

  /** See {@link compareResources}. */
  resources(): IteratorObject<ResourceChange> {
    return compareResources(this.before, this.after);
  }

  /** Finds the grants that changed, in steps: see {@link GrantComparison.collect}. */
  collect(): Generator<void> {
    return this.#grants.collect();
  }

  /** In the order of their principals. */
  grants(): IteratorObject<GrantChange> {
    return this.#grants.changes();
  }

  /** Counts all changes. */
  count(): ChangeCounts {
    const steps = this.countInSteps();
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
    }
  }

  /**
   * The same in steps, for those who have something else to do as well. To be disposed of before the comparison.
   * @param types - Resource types: changes of others, and of grants on others or to others, do not count. Default: all.
   */
  *countInSteps(types?: ReadonlySet<string>): Generator<void, ChangeCounts> {
    const isCounted = (type: string) => types?.has(type) ?? true;
    let counted = 0;
    const resources = new Map<string, ResourceChangeCounts>();
    for (const change of this.resources()) {
      if (++counted % changesPerStep === 0) yield;
      const { type } = change.resource;
      if (!isCounted(type)) continue;
      const counts = { ...(resources.get(type) ?? noResourceChanges) };
      counts[change.kind]++;
      const became = statusChange(change);
      if (became) counts[became]++;
      resources.set(type, counts);
    }
    const grants = new Map<string, { granted: number; revoked: number }>();
    const moved = new Map<string, number>();
    let revoked = 0;
    yield* this.#grants.collect();
    for (const change of this.grants()) {
      if (++counted % changesPerStep === 0) yield;
      const { resource, entitlement } = change.kind === 'revoked' ? change.before : change.after;
      if (!isCounted(resource.type) || !isCounted(change.principal.type)) continue;
      if (change.kind === 'moved') {
        const key = moveKey(change);
        moved.set(key, (moved.get(key) ?? 0) + 1);
        continue;
      }
      const key = `${resource.type} ${entitlement.slug}`;
      const counts = grants.get(key) ?? { granted: 0, revoked: 0 };
      counts[change.kind]++;
      grants.set(key, counts);
      if (change.kind === 'revoked') revoked++;
    }
    return {
      resources,
      grants,
      moved,
      revoked,
      grantsBefore: types ? countGrantsWithin(this.before, types) : statsOf(this.before).grants,
      isEmpty: resources.size + grants.size + moved.size === 0,
    };
  }

  [Symbol.dispose](): void {
    this.#grants[Symbol.dispose]();
  }
}

const changesPerStep = 1000;

const noResourceChanges: ResourceChangeCounts = { added: 0, removed: 0, changed: 0, disabled: 0, enabled: 0 };

function countGrantsWithin({ db, schema, run }: SyncView, types: ReadonlySet<string>): number {
  const ids = JSON.stringify([...types]);
  const sql = `select count(*) as n from ${schema}.v1_grants
    where sync_id = ? and resource_type_id in (select value from json_each(?))
      and principal_resource_type_id in (select value from json_each(?))`;
  return Number(db.prepare(sql).get(run.syncId, ids, ids)?.n);
}

/** Whether a change of a resource is one that disabled or enabled it. */
export function statusChange(change: ResourceChange): 'disabled' | 'enabled' | undefined {
  if (change.kind !== 'changed' || change.before.status === change.resource.status) return undefined;
  const { status } = change.resource;
  return status === 'enabled' ? 'enabled' : status === 'disabled' || status === 'deleted' ? 'disabled' : undefined;
}

/** What a move counts as. */
export function moveKey({ before, after }: Extract<GrantChange, { kind: 'moved' }>): string {
  const isSameResource = before.resource.id === after.resource.id;
  const { type } = after.resource;
  return isSameResource ? `${type} ${before.entitlement.slug} → ${after.entitlement.slug}` : type;
}
