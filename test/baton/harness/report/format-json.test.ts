import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatJson } from '../../../../src/baton/harness/report/format-json.ts';
import { sampleReport } from './sample-report.ts';

test('one line of JSON with keys in snake case', () => {
  const text = formatJson(sampleReport);
  assert.match(text, /^[^\n]+\n$/);
  const { checks, ...report } = JSON.parse(text);
  assert.deepEqual(report, {
    address: '127.0.0.1:50051',
    connector: 'Library <1> & "Sons"',
    sdk_version: 'v0.25.0',
    walked: { resources: 17, entitlements: 6, grants: 24 },
    bounds: ['no more than 3 grants of each type were read (--max-items)'],
    passed: 2,
    failed: 1,
    not_applicable: 1,
    duration_ms: 2346,
  });
  assert.deepEqual(checks[0], {
    id: 'metadata-valid',
    title: 'GetMetadata succeeds',
    outcome: 'passed',
    detail: 'Library',
    duration_ms: 12,
  });
  assert.equal(checks.length, 4);
});
