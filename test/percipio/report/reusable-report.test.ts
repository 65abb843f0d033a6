import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReusableReport } from '../../../src/percipio/report/reusable-report.ts';
import { uuid } from '../start-connector.ts';

const requestedAt = new Date('2026-03-01T10:20:30.456Z');

test('a report that was requested can be used by another sync, for a day', () => {
  const reusable = new ReusableReport();
  assert.equal(reusable.advice, undefined);
  reusable.set(uuid(1), requestedAt);
  assert.equal(
    reusable.advice,
    `Percipio has the activity report of this sync, or is still generating it. To use it, repeat the sync with --report-id ${uuid(1)} before 2026-03-02T10:20:30Z: it has the activity until 2026-03-01T10:20:30Z, and is too old after a day`,
  );
  reusable.set(uuid(2), requestedAt);
  assert.match(reusable.advice, new RegExp(`--report-id ${uuid(2)} before`));
});

test('a report that Percipio lost is forgotten, another one is not', () => {
  const reusable = new ReusableReport();
  reusable.set(uuid(1), requestedAt);
  reusable.drop(uuid(2));
  reusable.drop(undefined);
  assert.ok(reusable.advice);
  reusable.drop(uuid(1));
  assert.equal(reusable.advice, undefined);
});

test('a given report is for the first sync, and can be given again if that fails', () => {
  const reusable = new ReusableReport(uuid(1));
  assert.equal(reusable.advice, undefined);
  assert.deepEqual([reusable.take(), reusable.take()], [uuid(1), undefined]);
  assert.deepEqual(
    [uuid(1), uuid(2), undefined].map((id) => reusable.isGiven(id)),
    [true, false, false],
  );
  assert.match(reusable.advice ?? '', new RegExp(`repeat the sync with --report-id ${uuid(1)}$`));
  const none = new ReusableReport();
  assert.deepEqual([none.take(), none.isGiven(undefined)], [undefined, false]);
});
