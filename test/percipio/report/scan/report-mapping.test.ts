import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RowPlaces } from '../../../../src/percipio/report/scan/activity-row-sink.ts';
import { activityFields, activityMapping, MappedRows } from '../../../../src/percipio/report/scan/report-mapping.ts';
import { readReportMapping } from '../../../../src/simulator/percipio/reports/report-mapping.ts';

const places: RowPlaces = { content: 0, contentEnd: 0, user: 0, userEnd: 0, status: 0, statusEnd: 0 };

function collect() {
  const told: string[] = [];
  const rows = new MappedRows({ row: () => told.push('row'), malformedRow: () => told.push('malformed') });
  return { told, rows };
}

test('the mapping asks for the fields that matter, by their names, as a list whatever there is', () => {
  assert.equal(activityMapping, '[$.{"contentUuid": contentUuid, "userUuid": userUuid, "status": status}]');
  assert.deepEqual(readReportMapping(activityMapping), {
    fields: activityFields.map((field) => [field, field]),
    isList: true,
  });
});

test('rows are passed on, odd ones too', () => {
  const { told, rows } = collect();
  rows.malformedRow();
  rows.row(new Uint8Array(), places);
  for (let count = 0; count < 200; count += 1) rows.malformedRow();
  rows.end();
  assert.equal(told.length, 202);
  assert.deepEqual(told.slice(0, 3), ['malformed', 'row', 'malformed']);
});

test('the hundredth row without the fields is a failure, if there was none with them', () => {
  const { rows } = collect();
  for (let count = 0; count < 99; count += 1) rows.malformedRow();
  assert.throws(() => rows.malformedRow(), /has no row with contentUuid, userUuid, status .*row 100/);
});

test('a short report without the fields is a failure at its end, and one without rows is none', () => {
  const { rows } = collect();
  rows.end();
  rows.malformedRow();
  assert.throws(() => rows.end(), /has no row with/);
});
