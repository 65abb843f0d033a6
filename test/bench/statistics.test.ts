import assert from 'node:assert/strict';
import { test } from 'node:test';
import { median, medianBy, percentile } from '../../bench/statistics.ts';

test('the median is the value in the middle, or between the two there', () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([9, 1, 5, 7]), 6);
  assert.equal(median([3]), 3);
  assert.ok(Number.isNaN(median([])));
});

test('a percentile is a value that was measured', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  assert.equal(percentile(hundred, 0.5), 50);
  assert.equal(percentile(hundred, 0.99), 99);
  assert.equal(percentile(hundred, 1), 100);
  assert.equal(percentile([7], 0.99), 7);
  assert.ok(Number.isNaN(percentile([], 0.5)));
});

test('of items the one in the middle is taken, and of two the lower one', () => {
  const items = [{ ms: 30 }, { ms: 10 }, { ms: 20 }];
  assert.equal(medianBy(items, ({ ms }) => ms)?.ms, 20);
  assert.equal(medianBy(items.slice(0, 2), ({ ms }) => ms)?.ms, 10);
  assert.equal(
    medianBy([], () => 0),
    undefined,
  );
});
