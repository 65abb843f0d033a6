// The scope of a sync whose reports nobody asks for.
import assert from 'node:assert/strict';
import { SyncLists } from '../../../src/percipio/memory/sync-lists.ts';
import type { SyncScope } from '../../../src/percipio/memory/sync-memory.ts';
import { createActivityReport } from '../../../src/percipio/report/activity-report.ts';
import { createLicenseReport } from '../../../src/percipio/report/license-report.ts';
import { ReusableReport } from '../../../src/percipio/report/reusable-report.ts';
import { SyncReports } from '../../../src/percipio/report/sync-reports.ts';
import { quickTiming, silentLogger } from '../start-connector.ts';

export function createIdleScope(): SyncScope {
  const createReport = () =>
    createActivityReport({
      reports: () => assert.fail('no report is asked for'),
      logger: silentLogger,
      contentType: 'Course',
      lookbackMs: 1,
      timeoutMs: 1,
      timing: quickTiming,
      syncedIds: async () => ({ users: [], courses: [] }),
      isMapped: false,
      reusable: new ReusableReport(),
      isListing: () => false,
    });
  const createLicenses = () =>
    createLicenseReport({
      reports: () => assert.fail('no report is asked for'),
      logger: silentLogger,
      timeoutMs: 1,
      timing: quickTiming,
      isListing: () => false,
      readLists: async () => ({ users: new Map(), collections: new Map() }),
    });
  return {
    lists: new SyncLists(),
    reports: new SyncReports(createReport),
    licenseReports: new SyncReports(createLicenses),
  };
}
