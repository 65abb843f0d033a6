// Decides in which order entitlements get their grants: each after all entitlements that it gets them from.
import { type EdgeFilter, type ExpansionGraph, uniteFilters } from './expansion-graph.ts';
import { findGroups } from './find-groups.ts';

/** An entitlement whose grants are added to another one. */
export interface ExpansionSource {
  readonly entitlementId: string;
  readonly filter: EdgeFilter;
}

/** One entitlement and where it gets grants from. */
export interface ExpansionStep {
  readonly entitlementId: string;
  /** If several have a grant of the same principal, the first one counts as its origin. */
  readonly sources: readonly ExpansionSource[];
}

/** What makes an expansion fail. */
export interface ExpansionLimits {
  /** Maximum number of steps from a grant to one that follows from it. */
  readonly maxDepth: number;
  /** Whether entitlements that form a cycle are merged. If not, a cycle fails the sync. */
  readonly mergeCycles: boolean;
}

/** What {@link planExpansion} finds. */
export interface ExpansionPlan {
  readonly steps: readonly ExpansionStep[];
  /** The number of edges on the longest path. */
  readonly depth: number;
  /** The ids of the entitlements of each cycle. */
  readonly cycles: readonly (readonly string[])[];
}

/**
 * Plans the expansion of a graph, with the results of the Go SDK (pkg/sync/expand of baton-sdk v0.25.0).
 *
 * The entitlements of a cycle are merged: each gets what comes into the cycle from outside, and nothing from the others.
 * Edges to or from the same group of entitlements become one, which lets through what any of them does.
 *
 * Go expands layer by layer, and within a layer in random order. Here sources are in order of their layer, then of their
 * id. That only matters when sources describe the same principal differently.
 */
export function planExpansion(graph: ExpansionGraph): ExpansionPlan {
  const groups = findGroups(graph);
  const groupOf = new Uint32Array(graph.ids.length);
  for (const [index, group] of groups.entries()) for (const member of group) groupOf[member] = index;
  const depths = new Uint32Array(groups.length);
  const idsOf = (group: readonly number[]) => group.map((member) => graph.ids[member] as string).sort();

  const layers: ExpansionStep[][] = [];
  for (const [index, group] of groups.entries()) {
    const edges = edgesInto(graph, group, groupOf);
    if (edges.size === 0) continue;
    const depth = 1 + edges.keys().reduce((deepest, source) => Math.max(deepest, depths[source] as number), 0);
    depths[index] = depth;
    const sources = [...edges]
      .flatMap(([source, filter]) =>
        idsOf(groups[source] as number[]).map((entitlementId) => ({
          entitlementId,
          filter,
          depth: depths[source] as number,
        })),
      )
      .sort((a, b) => a.depth - b.depth || compare(a.entitlementId, b.entitlementId));
    layers[depth] ??= [];
    for (const entitlementId of idsOf(group)) layers[depth].push({ entitlementId, sources });
  }
  return {
    steps: layers.flatMap((layer) => layer.sort((a, b) => compare(a.entitlementId, b.entitlementId))),
    depth: Math.max(0, layers.length - 1),
    cycles: groups
      .filter((group) => group.length > 1 || graph.sourcesOf(group[0] as number).has(group[0] as number))
      .map(idsOf),
  };
}

/** The edges into a group from other groups, by the index of the source's group. */
function edgesInto(graph: ExpansionGraph, group: readonly number[], groupOf: Uint32Array): Map<number, EdgeFilter> {
  const edges = new Map<number, EdgeFilter>();
  const own = groupOf[group[0] as number];
  for (const member of group) {
    for (const [source, filter] of graph.sourcesOf(member)) {
      const from = groupOf[source] as number;
      if (from === own) continue;
      const before = edges.get(from);
      edges.set(from, before ? uniteFilters(before, filter) : filter);
    }
  }
  return edges;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
