import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatBytes, formatCount, formatDuration, formatNumber } from '../../../src/baton/log/format-numbers.ts';

test('durations', () => {
  const shown = [0, 999.4, 1000, 12_345, 59_900, 60_000, 250_000, 299_700, 3_600_000, 90_000_000].map(formatDuration);
  assert.deepEqual(shown, [
    '0 ms',
    '999 ms',
    '1.0 s',
    '12.3 s',
    '59.9 s',
    '1 min 0 s',
    '4 min 10 s',
    '5 min 0 s',
    '1 h 0 min',
    '25 h 0 min',
  ]);
});

test('sizes are in powers of ten', () => {
  const shown = [0, 999, 1000, 914_200_000, 12_000_000_000, 5e15].map(formatBytes);
  assert.deepEqual(shown, ['0 B', '999 B', '1.0 kB', '914.2 MB', '12.0 GB', '5000000.0 GB']);
});

test('counts have separators', () => {
  assert.equal(formatCount(1_234_567), '1,234,567');
});

test('a number of things has their singular or plural', () => {
  const shown = [
    formatNumber(1, 'user'),
    formatNumber(2, 'user'),
    formatNumber(0, 'page'),
    formatNumber(1_000, 'category'),
    formatNumber(3, 'branch'),
    formatNumber(3, 'day'),
    formatNumber(3, 'status'),
    formatNumber(3, 'groups'),
  ];
  assert.deepEqual(shown, [
    '1 user',
    '2 users',
    '0 pages',
    '1,000 categories',
    '3 branches',
    '3 days',
    '3 statuses',
    '3 groups',
  ]);
});
