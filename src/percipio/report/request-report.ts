// Requests a learning-activity report for a sync, and explains which failures a report can have.
import { Code, ServiceError } from 'baton-connector-sdk';
import type { Logger } from 'pino';
import { PercipioError } from '../api/percipio-error.ts';
import type { ReportsApi } from '../api/reports.ts';
import { lostReportError } from './lost-report.ts';
import type { ReusableReport } from './reusable-report.ts';
import { type ActivityScan, fieldsToScan } from './scan/activity-index-builder.ts';
import { ReportFormatError } from './scan/report-format-error.ts';

/**
 * JSONata for a report whose rows have only the fields that a sync needs. The brackets keep it a list: JSONata turns a
 * list of one row into that row, and an empty list into nothing.
 */
export function activityMapping(scan: ActivityScan): string {
  return `[$.{${fieldsToScan(scan)
    .map((field) => `"${field}": ${field}`)
    .join(', ')}}]`;
}

/** `isMapped`: whether Percipio is asked to omit from the report what a sync does not need. */
export interface ReportRequestOptions extends ActivityScan {
  readonly reports: () => ReportsApi;
  readonly logger: Logger;
  /** How far back the report begins. */
  readonly lookbackMs: number;
  /** The content types whose activity it has, as reports spell them. */
  readonly contentType: string;
  /** The report of an earlier sync, if there is one to use; remembers the report for a later one. */
  readonly reusable: ReusableReport;
}

/**
 * @returns The id of a new report.
 * @throws PercipioError, or a ServiceError `report_mapping` where the mapping may be the cause.
 */
export async function requestReport(
  { reports, lookbackMs, isMapped, hasDetails, contentType, logger, reusable }: ReportRequestOptions,
  signal: AbortSignal,
): Promise<string> {
  const end = new Date();
  const start = new Date(end.getTime() - lookbackMs);
  const mapping = isMapped ? activityMapping({ hasDetails }) : undefined;
  try {
    const { value } = await reports().requestLearningActivity({ start, end, contentType, mapping }, signal);
    logger.info({ report_id: value.id, status: value.status }, 'requested the activity report');
    reusable.set(value.id, end);
    return value.id;
  } catch (error) {
    throw isMapped ? explainMapping(error) : error;
  }
}

/** A failure of a mapped report, with advice if the mapping may be the cause. */
export function explainMapping(error: unknown): unknown {
  if (!mayBeCausedByMapping(error)) {
    return error;
  }
  return new ServiceError(
    Code.FailedPrecondition,
    `${error.message}. Percipio was asked to map the report (--report-mapping): remove that setting`,
    { reason: 'report_mapping', cause: error },
  );
}

function mayBeCausedByMapping(error: unknown): error is Error {
  if (error instanceof PercipioError) {
    return error.kind === 'report-failed' || [400, 422, 501].includes(error.status ?? 0);
  }
  return error instanceof ReportFormatError && !error.isCutOff;
}

/** A failure of a report whose id the user gave, with advice if that report is of no use. 400: Percipio rejects the id. */
export function explainGivenId(error: unknown): unknown {
  const isUseless = lostReportError(error) ?? (error instanceof PercipioError && error.status === 400);
  return isUseless && error instanceof Error
    ? new ServiceError(
        Code.FailedPrecondition,
        `${error.message}. The id of the report is from --report-id: remove that setting to request a new report`,
        { reason: 'report_id_unusable', cause: error },
      )
    : error;
}
