import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDurationMs } from '../../../src/baton/config/duration.ts';

const day = 86_400_000;

test('parseDurationMs reads numbers with their units, also several', () => {
  const cases: readonly (readonly [string, number])[] = [
    ['250ms', 250],
    ['30s', 30_000],
    ['5m', 300_000],
    ['5h', 18_000_000],
    ['90d', 90 * day],
    ['2w', 14 * day],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
  ];
  for (const [text, expected] of cases) assert.equal(parseDurationMs(text), expected, text);
});

test('parseDurationMs takes years as long as the calendar does, to within a day', () => {
  for (const years of [1, 4, 10, 50]) {
    const calendar = Date.UTC(2026, 10, 23) - Date.UTC(2026 - years, 10, 23);
    const parsed = parseDurationMs(`${years}y`) ?? 0;
    assert.ok(Math.abs(parsed - calendar) < day, `${years} years are off by ${(parsed - calendar) / day} days`);
  }
});

test('parseDurationMs refuses other texts', () => {
  for (const text of ['', '10', 'd', '-5h', '0h', '5 h', '5x', 'h5', '1h30', '1e3s', '99999999999y']) {
    assert.equal(parseDurationMs(text), undefined, text);
  }
});
