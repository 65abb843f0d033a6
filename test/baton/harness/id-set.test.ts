import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IdSet } from '../../../src/baton/harness/id-set.ts';

const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => `id ${from + index}`);

function setOf(list: readonly string[]): IdSet {
  const set = new IdSet();
  for (const id of list) {
    assert.equal(set.add(id), true);
  }
  return set;
}

test('it knows what was added, however much that is', () => {
  const set = setOf(ids(0, 200_000));
  assert.equal(set.size, 200_000);
  assert.ok(ids(0, 200_000).every((id) => set.has(id)));
  assert.ok(ids(200_000, 300_000).every((id) => !set.has(id)));
});

test('add: an id that is there is not added again', () => {
  const set = setOf(['a', '', 'b']);
  assert.deepEqual([set.add('a'), set.add(''), set.size], [false, false, 3]);
  assert.deepEqual(set.names, ['a', '', 'b']);
});

test('names: the first 100,000 are kept', () => {
  const { names } = setOf(ids(0, 100_005));
  assert.deepEqual([names.length, names.at(-1)], [100_000, 'id 99999']);
});

test('missingFrom: counts all that another set lacks, and names some', () => {
  const [all, some] = [setOf(ids(0, 100)), setOf(ids(10, 95))];
  assert.deepEqual(all.missingFrom(some, 2), { count: 15, names: ['id 0', 'id 1'] });
  assert.deepEqual(some.missingFrom(all, 2), { count: 0, names: [] });
  assert.deepEqual(new IdSet().missingFrom(all, 2), { count: 0, names: [] });
});
