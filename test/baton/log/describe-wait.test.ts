import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeWait, waitFields } from '../../../src/baton/log/describe-wait.ts';
import type { CurrentWait } from '../../../src/baton/net/waits.ts';

const now = Date.parse('2026-01-31T10:00:00Z');
const minute = 60_000;
const report: CurrentWait = {
  what: 'waiting for the activity report',
  state: 'IN_PROGRESS',
  atMostMs: 300 * minute,
  sinceMs: now - 12 * minute,
  nextCheckAtMs: now + 40_000,
};
const describe = (wait: CurrentWait) => describeWait(wait, now);

test('what is polled: its state, the time so far and at most, and the next check', () => {
  assert.equal(
    describe(report),
    'waiting for the activity report (IN_PROGRESS, 12 min of at most 5 h, next check in 40 s)',
  );
});

test('what is tried again: at which time of day, if a countdown would say less', () => {
  const pause = { what: 'Percipio asked to wait 60 min (429)', sinceMs: now };
  const at = new Date(now + 60 * minute);
  const time = [at.getHours(), at.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
  assert.equal(
    describe({ ...pause, retryAtMs: at.getTime() }),
    `Percipio asked to wait 60 min (429), trying again at ${time}`,
  );
  assert.equal(
    describe({ ...pause, state: 'attempt 2 of 6', retryAtMs: now + 1500 }),
    'Percipio asked to wait 60 min (429) (attempt 2 of 6), trying again in 2 s',
  );
  assert.equal(describe({ ...pause, retryAtMs: now }), 'Percipio asked to wait 60 min (429), trying again now');
  assert.equal(
    describe({ ...pause, retryAtMs: now + 25 * 60 * minute }),
    'Percipio asked to wait 60 min (429), trying again in 25 h',
  );
});

test('a wait without an end says how long it has taken', () => {
  assert.equal(describe({ what: 'waiting for x', sinceMs: now - 90_000 }), 'waiting for x (90 s)');
});

test('the fields of a log line have times in UTC, and only those that are known', () => {
  assert.deepEqual(waitFields({ ...report, retryAtMs: now + 1 }, now), {
    state: 'IN_PROGRESS',
    waited_ms: 720_000,
    at_most_ms: 18_000_000,
    next_check_at: '2026-01-31T10:00:40.000Z',
    retry_at: '2026-01-31T10:00:00.001Z',
  });
  assert.deepEqual(waitFields({ what: 'x', sinceMs: now }, now), { waited_ms: 0 });
});
