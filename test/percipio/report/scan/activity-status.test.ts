import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toActivityStatus } from '../../../../src/percipio/report/scan/activity-status.ts';

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
