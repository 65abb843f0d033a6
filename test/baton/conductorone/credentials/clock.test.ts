import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainClock } from '../../../../src/baton/conductorone/credentials/clock.ts';

const nowMs = Date.parse('2026-03-01T12:00:00.250Z');
const dateIn = (ms: number) => new Date(nowMs + ms).toUTCString();
const hourMs = 3_600_000;

for (const [aheadMs, expected] of [
  [3 * hourMs, "this machine's clock is 3 h behind (2026-03-01T12:00:00Z here, 2026-03-01T15:00:00Z there)"],
  [-2 * 60_000, "this machine's clock is 2 min ahead (2026-03-01T12:00:00Z here, 2026-03-01T11:58:00Z there)"],
  [24 * hourMs + 1000, "this machine's clock is 1 day behind (2026-03-01T12:00:00Z here, 2026-03-02T12:00:01Z there)"],
  [
    -400 * 24 * hourMs,
    "this machine's clock is 400 days ahead (2026-03-01T12:00:00Z here, 2025-01-25T12:00:00Z there)",
  ],
] as const) {
  test(`a server that is ${aheadMs} ms ahead: ${expected.replace(/ \(.*/, '')}`, () => {
    assert.equal(explainClock(dateIn(aheadMs), nowMs, nowMs), expected);
  });
}

test('a clock that is right, but for what a response takes and whole seconds hide, is not blamed', () => {
  for (const aheadMs of [0, 59_000, -59_000]) assert.equal(explainClock(dateIn(aheadMs), nowMs, nowMs), undefined);
  assert.equal(explainClock(dateIn(0), nowMs, nowMs + hourMs), undefined);
});

test('without a date, nobody knows', () => {
  for (const date of [undefined, 'yesterday', [dateIn(hourMs), dateIn(0)]]) {
    assert.equal(explainClock(date, nowMs, nowMs), undefined);
  }
});
