// Waits for a report within one call of a listing, and says how the next call continues.
import type { Context, Progress } from 'baton-connector-sdk';
import { z } from 'zod';
import { reportIdLengthMax } from '../api/reports.ts';
import { toServiceError } from '../service-errors.ts';
import type { SyncReport } from './sync-report.ts';
import type { SyncReports } from './sync-reports.ts';

/** The id of a report in a page token or a cursor. */
export const reportIdSchema = z.string().min(1).max(reportIdLengthMax);

/** The page token while the report is not ready; `waits` makes each token differ from the previous one. */
export const waitingToken = z.strictObject({ report: reportIdSchema.optional(), waits: z.int().min(1) });

type LoadedReport<Index> =
  | {
      readonly index: Index;
      readonly report: string;
      /** Whether the caller is the first one, who reports what the report skipped. */
      readonly isFirst: boolean;
    }
  | { readonly index: undefined; readonly waiting: z.output<typeof waitingToken> };

/**
 * The report that a token names, or the sync's own; or the token to come back with if it is not ready.
 * @param waitMs - How long to wait for it, in milliseconds.
 * @throws ServiceError, or the reason of the context's signal.
 */
export async function loadReport<Rows, Lists, Index>(
  reports: SyncReports<SyncReport<Rows, Lists, Index>>,
  token: { readonly report?: string | undefined; readonly waits?: number } | undefined,
  { signal, reporter, session, syncId }: Context,
  waitMs: number,
): Promise<LoadedReport<Index>> {
  // Nothing was listed from a report that was waited for, so that any other one will do.
  const mayBeAnother = token?.waits !== undefined && reports.isLost(token.report);
  const report = reports.get(mayBeAnother ? undefined : token?.report, session);
  // A caller without a sync id lists by hand, in any order: there is no listing to wait for.
  const mayReturnEarly = token === undefined && syncId !== undefined;
  const onProgress = (progress: Progress) => reporter.progress(progress);
  let index: Index | undefined;
  try {
    index = await report.wait({ waitMs, signal, mayReturnEarly, onProgress });
  } catch (error) {
    throw toServiceError(error);
  }
  if (!index || report.id === undefined) {
    return { index: undefined, waiting: { report: report.id, waits: (token?.waits ?? 0) + 1 } };
  }
  return { index, report: report.id, isFirst: report.claimSummary() };
}
