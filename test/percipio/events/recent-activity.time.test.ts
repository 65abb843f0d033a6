import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseReportTime } from '../../../src/percipio/events/recent-activity.ts';

const noon = Date.UTC(2026, 0, 5, 12);

for (const [text, expected] of [
  ['2026-01-05T12:00:00.000Z', noon],
  ['2026-01-05T12:00:00.123456Z', noon + 123],
  ['2026-01-05T12:00Z', noon],
  ['2026-01-05T14:00:00+02:00', noon],
  ['2026-01-05T10:30:00-0130', noon],
  ['2026-01-05 12:00:00', noon],
  [' 2026-01-05 12:00:00.5 UTC ', noon + 500],
  ['2026-01-05T12:00:00', noon],
  ['2026-01-05', noon - 12 * 3_600_000],
] as const) {
  test(`"${text}" is a time`, () => {
    assert.equal(parseReportTime(text), expected);
  });
}

test('what is no time is none', () => {
  for (const value of [
    '',
    '-',
    'N/A',
    '05/01/2026',
    '2026',
    '2026-13-05',
    '2026-01-05T25:00:00Z',
    1_767_614_400_000,
    null,
    undefined,
  ]) {
    assert.equal(parseReportTime(value), undefined, String(value));
  }
});
