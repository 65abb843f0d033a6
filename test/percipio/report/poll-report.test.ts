import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pollDueMs } from '../../../src/percipio/report/poll-report.ts';
import { defaultTiming } from '../../../src/percipio/timing.ts';

/** How often a report is asked for that takes a time, when the next question comes at `nextMs`. All times in ms. */
function countPolls(readyMs: number, pollMs: number, nextMs: (polls: number, spentMs: number) => number): number {
  for (let polls = 1; ; polls += 1) {
    // A poll that begins before the report is ready finds it unready.
    if (nextMs(polls - 1, (polls - 1) * pollMs) >= readyMs) return polls;
  }
}

/** The Go connector asks at once, and a minute behind each answer. */
const asGo = (polls: number, spentMs: number) => polls * 60_000 + spentMs;

for (const pollMs of [0, 200, 5000, 59_000]) {
  test(`no report is asked for more often than by the Go connector, with answers that take ${pollMs} ms`, () => {
    const firstMs = [0, 1, 1000, 12_345, pollDueMs(0, 0, defaultTiming)];
    let fewer = 0;
    for (let readyMs = 0; readyMs <= 4 * 3_600_000; readyMs += readyMs < 200_000 ? 100 : 9973) {
      const theirs = countPolls(readyMs, pollMs, asGo);
      for (const first of firstMs) {
        const ours = countPolls(readyMs, pollMs, (polls, spentMs) =>
          polls === 0 ? first : Math.max(pollDueMs(polls, spentMs, defaultTiming), first + spentMs),
        );
        assert.ok(ours <= theirs, `${ours} polls and not ${theirs} for a report of ${readyMs} ms, first at ${first}`);
        if (ours < theirs) fewer += 1;
      }
    }
    assert.ok(fewer > 0, 'and less often for one that is ready by the first poll');
  });
}

test('a report is asked for in its first half minute, and then at most once a minute', () => {
  assert.ok(pollDueMs(0, 0, defaultTiming) <= 30_000);
  assert.deepEqual(
    [1, 2, 3].map((polls) => pollDueMs(polls, polls * 10, defaultTiming)),
    [60_010, 120_020, 180_030],
  );
});
