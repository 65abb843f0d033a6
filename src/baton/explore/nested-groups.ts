// Which resources are granted to other resources than people: groups within groups, roles of groups.
import { listGrants } from '../inspect/list-grants.ts';
import { type JsonRecord, refRecord } from '../inspect/records.ts';
import type { ResourceRef } from '../inspect/resource-view.ts';
import type { SyncView } from '../inspect/sync-view.ts';

/** More can be drawn, and not be read. */
const edgesMax = 300;

/** A graph: what is granted to what. */
export interface NestedGroups {
  /** Those at an end of an edge. */
  readonly nodes: readonly JsonRecord[];
  /** Indexes of nodes: `from` has what is granted on `to`. */
  readonly edges: readonly { readonly from: number; readonly to: number; readonly slug: string }[];
  /** Whether there are more. */
  readonly isCut: boolean;
}

/** Grants that follow from others are left out: the graph shows those that lead to them. */
export function nestedGroups(view: SyncView): NestedGroups {
  const nodes = new Map<string, number>();
  const refs: ResourceRef[] = [];
  const nodeOf = (ref: ResourceRef): number => {
    const key = `${ref.type}\0${ref.id}`;
    const known = nodes.get(key);
    if (known !== undefined) return known;
    nodes.set(key, refs.push(ref) - 1);
    return refs.length - 1;
  };
  const found = [
    ...principals(view)
      .flatMap((principal) => listGrants(view, { principal }))
      .filter(({ isDirect }) => isDirect)
      .take(edgesMax + 1),
  ];
  const edges = found.slice(0, edgesMax).map(({ principal, resource, entitlement }) => ({
    from: nodeOf(principal),
    to: nodeOf(resource),
    slug: entitlement.slug,
  }));
  return { nodes: refs.map(refRecord), edges, isCut: found.length > edgesMax };
}

function principals(view: SyncView): IteratorObject<{ readonly type: string; readonly id: string }> {
  const users = new Set(view.userTypes.map(({ id }) => id));
  return Iterator.from(view.types.filter(({ id }) => !users.has(id))).flatMap(({ id: type }) =>
    view
      .iterate(
        `select distinct principal_resource_id as id from ${view.schema}.v1_grants
          where principal_resource_type_id = ? and +sync_id = ? order by 1`,
        ...[type, view.run.syncId],
      )
      .map(({ id }) => ({ type, id: String(id) })),
  );
}
