import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toActivityStatus } from '../../../../src/percipio/report/scan/activity-status.ts';
import { StatusTally } from '../../../../src/percipio/report/scan/status-tally.ts';

describe('toActivityStatus', () => {
  for (const status of ['Completed', 'COMPLETED', 'Achieved', 'achieved', ' Completed\n']) {
    it(`takes ${JSON.stringify(status)} for completed`, () => assert.equal(toActivityStatus(status), 'completed'));
  }

  for (const status of ['Started', 'STARTED', 'Active', 'aCTIVE', '\tstarted ']) {
    it(`takes ${JSON.stringify(status)} for in progress`, () => assert.equal(toActivityStatus(status), 'in_progress'));
  }

  for (const status of ['Listened', 'Read', 'Watched', 'Abandoned', 'Not Started', 'Completed?', '', 'constructor']) {
    it(`takes ${JSON.stringify(status)} for neither`, () => assert.equal(toActivityStatus(status), undefined));
  }
});

describe('StatusTally', () => {
  it('counts statuses as the same whatever their case, spelled as they came first, most frequent first', () => {
    const tally = new StatusTally();
    for (const status of ['Watched', 'Abandoned', 'ABANDONED', ' abandoned ', 'watched', 'Read']) tally.add(status);
    assert.deepEqual(
      [...tally.read()],
      [
        ['Abandoned', 3],
        ['Watched', 2],
        ['Read', 1],
      ],
    );
  });

  it('does not grow without end', () => {
    const tally = new StatusTally();
    for (let count = 0; count < 10_000; count += 1) tally.add(`${'x'.repeat(100)}${count}`);
    for (let count = 0; count < 10_000; count += 1) tally.add(`${count}`);
    const counts = tally.read();
    assert.equal(counts.size, 51);
    assert.equal(counts.get('(others)'), 10_000 - 49);
    assert.ok([...counts.keys()].every((status) => status.length <= 40));
    assert.equal(
      [...counts.values()].reduce((sum, count) => sum + count),
      20_000,
    );
  });
});
