// A report with one check of each outcome, and texts that are hard to write down.
import type { HarnessReport } from '../../../../src/baton/harness/report/harness-report.ts';

export const sampleReport: HarnessReport = {
  address: '127.0.0.1:50051',
  connectorName: 'Library <1> & "Sons"',
  sdkVersion: 'v0.25.0',
  walked: { resources: 17, entitlements: 6, grants: 24 },
  bounds: ['no more than 3 grants of each type were read (--max-items)'],
  checks: [
    { id: 'metadata-valid', title: 'GetMetadata succeeds', outcome: 'passed', detail: 'Library', durationMs: 12.4 },
    { id: 'listings-answer', title: 'Every listing succeeds', outcome: 'passed', detail: '', durationMs: 0 },
    {
      id: 'grants-valid',
      title: 'Grants have an id',
      outcome: 'failed',
      detail: 'ListGrants returned "<&\u001b[2J\ud800" with id: \'\tempty\'\nand 3 more',
      durationMs: 1234.5,
    },
    {
      id: 'exclusion-groups',
      title: 'Groups have one default',
      outcome: 'not applicable',
      detail: 'no "groups"',
      durationMs: 0,
    },
  ],
  cause: '',
  durationMs: 2345.6,
};
