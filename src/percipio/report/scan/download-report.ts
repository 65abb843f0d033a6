// Downloads a report. A broken download restarts from the beginning.
import { onlyIf, type RetryPolicy, retry } from 'baton-connector-sdk/http';
import { PercipioError } from '../../api/percipio-error.ts';
import { halfJitter } from '../../api/retry-policy.ts';
import { ReportFormatError } from './report-format-error.ts';

export interface Download<Rows> {
  /**
   * Opens the report at its beginning; called for each attempt, from 1. It does its own retries: what it throws ends the
   * download.
   */
  readonly open: (attempt: number) => Promise<AsyncIterable<Uint8Array>>;
  /** Reads all rows of an attempt. */
  readonly read: (body: AsyncIterable<Uint8Array>) => Promise<Rows>;
  readonly signal: AbortSignal;
  /** Default {@link downloadRetryPolicy}. */
  readonly retry?: RetryPolicy | undefined;
  /** Called when an attempt failed and will be retried. */
  readonly onRetry?: ((error: Error, attempt: number) => void) | undefined;
}

/** Three attempts: a download is a gigabyte, and a broken one is useless. */
export const downloadRetryPolicy: RetryPolicy = {
  attemptsMax: 3,
  delayMinMs: 2000,
  delayMaxMs: 30_000,
  jitter: halfJitter,
};

/**
 * Reads all rows of a report. Percipio cannot resume a download, so a broken one starts over, without its rows.
 * @throws PercipioError or ReportFormatError when the last attempt failed, or a retry makes no sense; the signal's reason
 * when it ends the download between attempts.
 */
export async function downloadReport<Rows>(download: Download<Rows>): Promise<Rows> {
  const { open, read, signal, retry: policy = downloadRetryPolicy, onRetry } = download;
  let unopened: unknown;
  const attemptOnce = async (attempt: number) => {
    const body = await open(attempt).catch((error: unknown) => {
      unopened = error;
      throw error;
    });
    return await read(body);
  };
  return await retry(attemptOnce, {
    policy,
    signal,
    delayAfter: onlyIf((error) => error !== unopened && isTransient(error)),
    onRetry: ({ error, attempt }) => onRetry?.(error as Error, attempt),
  });
}

function isTransient(error: unknown): boolean {
  return (
    (error instanceof PercipioError && error.isTransient) || (error instanceof ReportFormatError && error.isCutOff)
  );
}
