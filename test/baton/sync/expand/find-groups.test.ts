import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ExpansionGraph } from '../../../../src/baton/sync/expand/expansion-graph.ts';
import { findGroups } from '../../../../src/baton/sync/expand/find-groups.ts';

const everything = { shallow: false, principalTypes: undefined };

function graphOf(edges: readonly (readonly [source: number, destination: number])[]): ExpansionGraph {
  const graph = new ExpansionGraph();
  for (const [source, destination] of edges) graph.addEdge(`e${source}`, `e${destination}`, everything);
  return graph;
}

test('entitlements that reach each other are one group, and each group comes after those it gets grants from', () => {
  const edge = fc.tuple(fc.nat(9), fc.nat(9));
  fc.assert(
    fc.property(fc.array(edge, { maxLength: 25 }), (edges) => {
      const graph = graphOf(edges);
      const groups = findGroups(graph).map((group) => group.map((member) => graph.ids[member] ?? ''));
      assert.deepEqual(groups.flat().sort(), [...graph.ids].sort());

      const reaches = reachability(edges);
      const places = new Map(groups.flatMap((group, place) => group.map((id) => [id, place])));
      for (const a of graph.ids) {
        for (const b of graph.ids) {
          const areTogether = a === b || (reaches(a, b) && reaches(b, a));
          assert.equal(places.get(a) === places.get(b), areTogether, `${a} and ${b}`);
          if (reaches(a, b) && !areTogether)
            assert.ok(Number(places.get(a)) < Number(places.get(b)), `${a} before ${b}`);
        }
      }
    }),
    { numRuns: 300 },
  );
});

function reachability(edges: readonly (readonly [number, number])[]): (from: string, to: string) => boolean {
  const reached = new Set(edges.map(([a, b]) => `e${a} e${b}`));
  const ids = Array.from({ length: 10 }, (_, number) => `e${number}`);
  for (const through of ids) {
    for (const from of ids) {
      for (const to of ids) {
        if (reached.has(`${from} ${through}`) && reached.has(`${through} ${to}`)) reached.add(`${from} ${to}`);
      }
    }
  }
  return (from, to) => reached.has(`${from} ${to}`);
}

test('a chain longer than the call stack is no problem', () => {
  const length = 50_000;
  const groups = findGroups(graphOf(Array.from({ length }, (_, i) => [i, i + 1] as const)));
  assert.equal(groups.length, length + 1);
});
