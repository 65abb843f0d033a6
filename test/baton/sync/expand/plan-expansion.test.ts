import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EdgeFilter, ExpansionGraph } from '../../../../src/baton/sync/expand/expansion-graph.ts';
import { planExpansion } from '../../../../src/baton/sync/expand/plan-expansion.ts';

type Edge = readonly [source: string, destination: string, filter?: Partial<EdgeFilter>];

function plan(...edges: readonly Edge[]) {
  const graph = new ExpansionGraph();
  for (const [source, destination, filter] of edges) {
    graph.addEdge(source, destination, { shallow: false, principalTypes: undefined, ...filter });
  }
  const { steps, ...others } = planExpansion(graph);
  const described = steps.map(({ entitlementId, sources }) => [
    entitlementId,
    ...sources.map(({ entitlementId, filter }) =>
      [entitlementId, ...(filter.shallow ? ['shallow'] : []), ...(filter.principalTypes ?? [])].join(' '),
    ),
  ]);
  return { steps: described, ...others };
}

const only = (...types: string[]) => ({ principalTypes: new Set(types) });

test('an entitlement comes after its sources, which are in the order of their layers, then of their ids', () => {
  assert.deepEqual(plan(['c', 'd'], ['a', 'c'], ['z', 'd'], ['b', 'd'], ['a', 'b']), {
    steps: [
      ['b', 'a'],
      ['c', 'a'],
      ['d', 'z', 'b', 'c'],
    ],
    depth: 2,
    cycles: [],
  });
});

test('an edge that was there before is widened', () => {
  const filters = (...edges: Partial<EdgeFilter>[]) => plan(...edges.map((filter): Edge => ['a', 'b', filter])).steps;
  assert.deepEqual(filters({ shallow: true }, { shallow: true }), [['b', 'a shallow']]);
  assert.deepEqual(filters({ shallow: true }, { shallow: false }), [['b', 'a']]);
  assert.deepEqual(filters(only('user'), only('bot', 'user')), [['b', 'a user bot']]);
  assert.deepEqual(filters(only('user'), {}), [['b', 'a']]);
  assert.deepEqual(filters({}, only('user')), [['b', 'a']]);
});

test('the entitlements of a cycle get what comes in from outside, and nothing from each other', () => {
  assert.deepEqual(plan(['in', 'a'], ['a', 'b', only('user')], ['b', 'a'], ['b', 'out'], ['a', 'out', only('bot')]), {
    steps: [
      ['a', 'in'],
      ['b', 'in'],
      ['out', 'a', 'b'],
    ],
    depth: 2,
    cycles: [['a', 'b']],
  });
});

test('edges to the same cycle become one, which lets through what any of them does', () => {
  const { steps } = plan(
    ['in', 'a', { shallow: true, ...only('user') }],
    ['in', 'b', only('bot')],
    ['a', 'b'],
    ['b', 'a'],
  );
  assert.deepEqual(steps, [
    ['a', 'in user bot'],
    ['b', 'in user bot'],
  ]);
});

test('an entitlement that expands from itself is a cycle', () => {
  assert.deepEqual(plan(['a', 'a']), { steps: [], depth: 0, cycles: [['a']] });
});

test('the depth is that of the longest path', () => {
  assert.equal(plan().depth, 0);
  assert.equal(plan(['a', 'b'], ['b', 'c'], ['c', 'd'], ['a', 'd']).depth, 3);
});
