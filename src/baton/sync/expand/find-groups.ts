// Finds the entitlements that form cycles (Tarjan's strongly connected components, without recursion).
import type { ExpansionGraph } from './expansion-graph.ts';

/**
 * Groups the entitlements of a graph: two are in the same group if each gets grants from the other, directly or through
 * others.
 * @returns The groups, each after all groups that it gets grants from.
 */
export function findGroups(graph: ExpansionGraph): number[][] {
  const nodes = graph.ids.length;
  /** When a node was reached, counted from 1. */
  const reached = new Uint32Array(nodes);
  /** The earliest open node that a node leads to. */
  const earliest = new Uint32Array(nodes);
  const isGrouped = new Uint8Array(nodes);
  const groups: number[][] = [];
  /** Nodes whose group is not complete. */
  const open: number[] = [];
  const path: { node: number; rest: Iterator<number> }[] = [];
  let time = 0;

  const enter = (node: number) => {
    time++;
    reached[node] = time;
    earliest[node] = time;
    open.push(node);
    path.push({ node, rest: graph.sourcesOf(node).keys() });
  };
  const lower = (node: number, to: number | undefined) => {
    earliest[node] = Math.min(earliest[node] as number, to as number);
  };

  for (let start = 0; start < nodes; start++) {
    if (reached[start] === 0) enter(start);
    for (let step = path.at(-1); step; step = path.at(-1)) {
      const { node, rest } = step;
      const { value: source, done } = rest.next();
      if (!done) {
        if (reached[source] === 0) enter(source);
        else if (isGrouped[source] === 0) lower(node, reached[source]);
        continue;
      }
      path.pop();
      const before = path.at(-1);
      if (before) lower(before.node, earliest[node]);
      if (earliest[node] !== reached[node]) continue;
      const group = open.splice(open.lastIndexOf(node));
      for (const member of group) isGrouped[member] = 1;
      groups.push(group);
    }
  }
  return groups;
}
