// The license report of a sync: who has consumed a license of which collection.
import { Code, ServiceError } from 'baton-connector-sdk';
import { PercipioError } from '../api/percipio-error.ts';
import { downloadReport } from './scan/download-report.ts';
import { type LicenseIndex, type LicenseLists, LicenseRows, licenseFields } from './scan/license-rows.ts';
import { scanRows } from './scan/scan-rows.ts';
import { SyncReport, type SyncReportOptions } from './sync-report.ts';

export interface LicenseReportOptions extends SyncReportOptions {
  /** Whether the sync is still listing users in this process. */
  readonly isListing: () => boolean;
  /** The users and collections that the sync has. Called when the report is scanned. */
  readonly readLists: (signal: AbortSignal) => Promise<LicenseLists>;
}

export type LicenseReport = SyncReport<LicenseRows, LicenseLists, LicenseIndex>;

/**
 * Before there was a Percipio: a license stays consumed, however long ago that was. What a request without a period gets
 * is not documented.
 */
const beginning = new Date('2010-01-01T00:00:00Z');

const name = 'license report';

/** A report that has not begun. */
export function createLicenseReport(options: LicenseReportOptions): LicenseReport {
  const { reports, logger, isListing, readLists } = options;
  return new SyncReport(
    {
      name,
      sessionKey: 'percipio/license-report',
      timeoutAdvice: 'Allow more time (--report-timeout) or remove --sync-licenses',
      isListing,
      takeGivenId: () => undefined,
      request: async (signal) => {
        const { id, status } = await reports().requestEntitlements({ start: beginning, end: new Date() }, signal);
        logger.info({ report_id: id, status }, 'requested the license report');
        return id;
      },
      download: ({ onProgress, ...download }) =>
        downloadReport({
          ...download,
          // A row for each user and collection is little: it needs no thread of its own.
          read: async (body) => {
            const rows = new LicenseRows();
            const { signal } = download;
            await scanRows(body, licenseFields, (bytes, spans) => rows.row(bytes, spans), { name, signal, onProgress });
            return rows;
          },
        }),
      readLists,
      index: async (rows, lists) => rows.index(lists),
      explain: (error) =>
        error instanceof PercipioError && error.kind === 'report-failed'
          ? new ServiceError(
              Code.FailedPrecondition,
              `${error.message}. Run the sync again; if the license report fails again, remove --sync-licenses`,
              { reason: 'percipio_report_failed', cause: error },
            )
          : error,
    },
    options,
  );
}
