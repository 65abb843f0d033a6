import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatCount,
  formatMegabytes,
  formatNumber,
  formatPercent,
  formatRatio,
} from '../../../bench/results/format-numbers.ts';

test('numbers have three digits or so', () => {
  assert.deepEqual([0.8712, 12.34, 474.4, 1234.5].map(formatNumber), ['0.87', '12.3', '474', '1,235']);
});

test('a megabyte is a million bytes', () => {
  assert.equal(formatMegabytes(262_144_000), '262');
});

test('what there is not is a dash', () => {
  const dashes = [formatNumber(Number.NaN), formatRatio(1 / 0), formatPercent(Number.NaN), formatCount(undefined)];
  assert.deepEqual(dashes, ['–', '–', '–', '–']);
});
