// The scope of a sync whose reports nobody asks for.
import assert from 'node:assert/strict';
import { SyncLists } from '../../../src/percipio/memory/sync-lists.ts';
import type { SyncScope } from '../../../src/percipio/memory/sync-memory.ts';
import { createActivityReport } from '../../../src/percipio/report/activity-report.ts';
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
  return { lists: new SyncLists(), reports: new SyncReports(createReport) };
}
