import assert from 'node:assert/strict';
import { test } from 'node:test';
import { activityMapping } from '../../../src/percipio/report/request-report.ts';
import { readReportMapping } from '../../../src/simulator/percipio/reports/report-mapping.ts';

test('the mapping picks the fields that a sync needs, by their names, as a list whatever there is', () => {
  const fields = '"contentUuid": contentUuid, "userUuid": userUuid, "status": status';
  const details = '"completedDate": completedDate, "highScore": highScore';
  assert.equal(activityMapping({}), `[$.{${fields}}]`);
  assert.equal(activityMapping({ hasDetails: true }), `[$.{${fields}, ${details}}]`);
  assert.deepEqual(readReportMapping(activityMapping({ hasDetails: true })), {
    fields: ['contentUuid', 'userUuid', 'status', 'completedDate', 'highScore'].map((field) => [field, field]),
    isList: true,
  });
});
