import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatText } from '../../../../src/baton/harness/report/format-text.ts';
import { sampleReport } from './sample-report.ts';

test('a line for each check, what is wrong below it, and the counts at the end', () => {
  assert.deepEqual(formatText(sampleReport).split('\n'), [
    'Library <1> & "Sons" at 127.0.0.1:50051, baton-sdk v0.25.0',
    '17 resources, 6 entitlements, 24 grants',
    'Incomplete: no more than 3 grants of each type were read (--max-items)',
    '',
    '✓ passed          metadata-valid    GetMetadata succeeds',
    '                  Library',
    '✓ passed          listings-answer   Every listing succeeds',
    '✗ failed          grants-valid      Grants have an id',
    '                  ListGrants returned "<&\\u001b[2J\\ud800" with id: \'\\tempty\'',
    '                  and 3 more',
    '- not applicable  exclusion-groups  Groups have one default',
    '                  no "groups"',
    '',
    '4 checks: 2 passed, 1 failed, 1 not applicable, in 2.3 s',
    '',
  ]);
});

test('a connector that said nothing is called by its address', () => {
  const [first] = formatText({ ...sampleReport, connectorName: '', sdkVersion: '' }).split('\n');
  assert.equal(first, '127.0.0.1:50051');
});
