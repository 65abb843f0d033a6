// The short run of every area. `npm run fuzz` tries more.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzAreas } from './areas.ts';

for (const area of fuzzAreas) {
  test(`${area.name}: ${area.shortRuns} random inputs`, async (t) => {
    const { runs, tally, failure } = await area.fuzz(t, { seed: 1, runs: area.shortRuns });
    assert.equal(failure, undefined, failure);
    assert.equal(runs, area.shortRuns);
    assert.deepEqual(
      area.outcomes.filter((outcome) => !tally.has(outcome)),
      [],
      'no input had these outcomes',
    );
  });
}
