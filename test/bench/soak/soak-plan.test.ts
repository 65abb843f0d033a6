import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeSoak, parseSoakArguments } from '../../../bench/soak/soak-plan.ts';

const latencies = Array.from({ length: 1000 }, (_, index) => index + 1);

test('memory at the end is compared with that after the warm-up, whatever it was before and between', () => {
  const samples = [...Array(20).fill(10), ...Array(10).fill(100), ...Array(60).fill(500), ...Array(10).fill(105)];
  assert.deepEqual(judgeSoak(samples, latencies, 0), {
    warmBytes: 100,
    endBytes: 105,
    growth: 105 / 100 - 1,
    peakBytes: 500,
    p50Ms: 500,
    p99Ms: 990,
    isPassed: true,
  });
});

test('more memory than 5 % above, or a call that failed, does not pass', () => {
  const grown = [...Array(90).fill(100), ...Array(10).fill(106)];
  assert.equal(judgeSoak(grown, latencies, 0).isPassed, false);
  assert.equal(judgeSoak(Array(100).fill(100), latencies, 1).isPassed, false);
  assert.equal(judgeSoak(Array(100).fill(100), latencies, 0).isPassed, true);
});

test('it takes half an hour unless it is told otherwise', () => {
  const plan = { minutes: 30, main: undefined, resultsFile: 'SOAK.md' };
  assert.deepEqual(parseSoakArguments([], 'SOAK.md'), plan);
  assert.deepEqual(parseSoakArguments(['--minutes', '5'], 'SOAK.md'), { ...plan, minutes: 5 });
  assert.throws(() => parseSoakArguments(['--minutes', 'five'], 'SOAK.md'), /at least 1/);
});
