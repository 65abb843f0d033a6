import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IdCollector } from '../../src/percipio/id-collector.ts';

function collect(...pages: [offset: number, next: number | undefined, ids: string[]][]): IdCollector {
  const collector = new IdCollector();
  for (const [offset, next, ids] of pages) {
    collector.add(offset, next, ids);
  }
  return collector;
}

test('nothing listed is not complete', () => {
  assert.equal(new IdCollector().isComplete, false);
});

test('a listing of one page is complete with it, also when it is empty', () => {
  assert.equal(collect([0, undefined, ['a']]).isComplete, true);
  assert.equal(collect([0, undefined, []]).isComplete, true);
});

test('a listing is complete when every page from the first to the last one was seen, in any order', () => {
  const collector = collect([4, undefined, ['e']], [0, 2, ['a', 'b']]);
  assert.equal(collector.isComplete, false);
  collector.add(2, 4, ['c', 'd']);
  assert.equal(collector.isComplete, true);
  assert.deepEqual([...collector.ids].sort(), ['a', 'b', 'c', 'd', 'e']);
});

test('a last page alone is not complete', () => {
  assert.equal(collect([2, undefined, ['c']]).isComplete, false);
});

test('a page that is listed twice counts its ids once', () => {
  const collector = collect([0, 2, ['a', 'b']], [0, 2, ['a', 'b']], [2, undefined, ['c']]);
  assert.equal(collector.ids.size, 3);
  assert.equal(collector.isComplete, true);
});
