// own process: it sets flags of V8, and looks at the heap.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getHeapSpaceStatistics } from 'node:v8';
import { limitYoungHeap } from '../../../src/baton/sync/limit-heap-growth.ts';

/** Size of the space for new objects. */
function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0;
}

/** Makes 200 MB of objects, which live for a while: V8 enlarges the space for those. */
function work(): void {
  const kept: object[] = [];
  for (let i = 0; i < 2_000_000; i++) kept[i % 200_000] = { i, text: `text ${i}` };
}

test('the space for new objects does not grow as long as a query runs', () => {
  const query = limitYoungHeap();
  const another = limitYoungHeap();
  const before = youngBytes();
  another[Symbol.dispose]();
  work();
  assert.ok(youngBytes() <= before);
  query[Symbol.dispose]();
  work();
  assert.ok(youngBytes() > before);
});
