// What distinguishes one kind of report from another: how it is requested, and what its rows become.
import type { Download } from './scan/download-report.ts';
import type { ReportName } from './scan/report-format-error.ts';
import type { ScanProgress } from './scan/scan-rows.ts';

/** A download, before it is known what reads the rows. */
export interface ReportDownload extends Omit<Download<unknown>, 'read'> {
  /** Called after each piece; starts from 0 with each attempt. */
  readonly onProgress: (progress: ScanProgress) => void;
}

/**
 * @typeParam Rows - What was read of the rows.
 * @typeParam Lists - What the sync lists, and decides which rows give a grant.
 * @typeParam Index - The grants.
 */
export interface ReportKind<Rows, Lists, Index> {
  /** As logs, errors and progress name it. */
  readonly name: ReportName;
  /** The key of its id in the session store. */
  readonly sessionKey: string;
  /** What to do if Percipio does not finish it in time, as a sentence without its period. */
  readonly timeoutAdvice: string;
  /** Whether the sync is still listing, in this process, what {@link readLists} needs. */
  isListing(): boolean;
  /** The id of a report to load instead of requesting one. Returned once; undefined if there is none. */
  takeGivenId(): string | undefined;
  /** @returns The id of a new report. */
  request(signal: AbortSignal): Promise<string>;
  /** Reads all rows. The signal frees what they hold. */
  download(download: ReportDownload): Promise<Rows>;
  /** What the sync has listed. */
  readLists(signal: AbortSignal): Promise<Lists>;
  /** Builds the index. Called once. */
  index(rows: Rows, lists: Lists): Promise<Index>;
  /** A failure with advice on the settings that it may come from. */
  explain(error: unknown, reportId: string | undefined): unknown;
}
