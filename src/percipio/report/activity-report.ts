// The learning-activity report of a sync: who completed or started which course.
import { lostReportError } from './lost-report.ts';
import { explainGivenId, explainMapping, type ReportRequestOptions, requestReport } from './request-report.ts';
import type { ActivityIndex } from './scan/activity-index.ts';
import type { SyncedIds } from './scan/activity-index-builder.ts';
import type { ActivityThread } from './scan/activity-thread.ts';
import { downloadActivity } from './scan/download-activity.ts';
import { ReportFormatError } from './scan/report-format-error.ts';
import { SyncReport, type SyncReportOptions } from './sync-report.ts';

export interface ActivityReportOptions extends ReportRequestOptions, SyncReportOptions {
  /** Whether the sync is still listing users and courses in this process. */
  readonly isListing: () => boolean;
  /** The ids of the users and courses that the sync has. Called when the report is scanned. */
  readonly syncedIds: (signal: AbortSignal) => Promise<SyncedIds>;
}

export type ActivityReport = SyncReport<ActivityThread, SyncedIds, ActivityIndex>;

/** A report that has not begun. */
export function createActivityReport(options: ActivityReportOptions): ActivityReport {
  const { isMapped, hasDetails, reusable, isListing, syncedIds } = options;
  return new SyncReport(
    {
      name: 'activity report',
      sessionKey: 'percipio/activity-report',
      timeoutAdvice: 'Allow more time (--report-timeout) or request less (--report-lookback)',
      isListing,
      takeGivenId: () => reusable.take(),
      request: (signal) => requestReport(options, signal),
      download: (download) => downloadActivity({ ...download, scan: { isMapped, hasDetails } }),
      readLists: syncedIds,
      index: (thread, ids) => thread.finish(ids),
      explain: (error, id) => {
        // It would fail another sync too.
        if (lostReportError(error) || (error instanceof ReportFormatError && !error.isCutOff)) reusable.drop(id);
        if (reusable.isGiven(id)) return explainGivenId(error);
        return isMapped ? explainMapping(error) : error;
      },
    },
    options,
  );
}
