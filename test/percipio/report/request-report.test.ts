import assert from 'node:assert/strict';
import { test } from 'node:test';
import { activityMapping } from '../../../src/percipio/report/request-report.ts';
import { activityFields } from '../../../src/percipio/report/scan/activity-index-builder.ts';
import { readReportMapping } from '../../../src/simulator/percipio/reports/report-mapping.ts';

test('the mapping picks the fields that a sync needs, by their names, as a list whatever there is', () => {
  assert.equal(activityMapping, '[$.{"contentUuid": contentUuid, "userUuid": userUuid, "status": status}]');
  assert.deepEqual(readReportMapping(activityMapping), {
    fields: activityFields.map((field) => [field, field]),
    isList: true,
  });
});
