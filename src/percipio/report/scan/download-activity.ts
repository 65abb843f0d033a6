// Downloads a report, from the start again where the download breaks.
import { onlyIf, type RetryPolicy, retry } from 'baton-connector-sdk/http';
import { PercipioError } from '../../api/percipio-error.ts';
import { halfJitter } from '../../api/retry-policy.ts';
import { ActivityThread } from './activity-thread.ts';
import { ReportFormatError } from './report-format-error.ts';
import type { ScanProgress } from './scan-rows.ts';

export interface ActivityDownload {
  /**
   * Opens the report at its beginning; called once for each attempt, from 1. What it throws ends the download: it has
   * done its own retries.
   */
  readonly open: (attempt: number) => Promise<AsyncIterable<Uint8Array>>;
  readonly signal: AbortSignal;
  /** Whether Percipio was asked to map the report: then rows that are all without ids and status are a failure. */
  readonly isMapped?: boolean | undefined;
  /** Default {@link downloadRetryPolicy}. */
  readonly retry?: RetryPolicy | undefined;
  /** Called after each piece; begins at 0 again with each attempt. */
  readonly onProgress?: ((progress: ScanProgress) => void) | undefined;
  /** Called when an attempt failed and another one follows. */
  readonly onRetry?: ((error: Error, attempt: number) => void) | undefined;
}

/** Three attempts: a download is a gigabyte, and nothing of a broken one can be used. */
export const downloadRetryPolicy: RetryPolicy = {
  attemptsMax: 3,
  delayMinMs: 2000,
  delayMaxMs: 30_000,
  jitter: halfJitter,
};

/**
 * Reads a whole report: the result has all of its rows. Percipio cannot continue a download, so one that breaks begins anew, without its rows.
 * @throws PercipioError or ReportFormatError when the last attempt failed, or another one makes no sense; the signal's
 * reason when it ends the download between attempts.
 * @returns The report, read and not yet made an index of; the signal closes it.
 */
export async function downloadActivity(download: ActivityDownload): Promise<ActivityThread> {
  const { open, signal, isMapped = false, retry: policy = downloadRetryPolicy, onProgress, onRetry } = download;
  let unopened: unknown;
  const read = async (attempt: number) => {
    const body = await open(attempt).catch((error: unknown) => {
      unopened = error;
      throw error;
    });
    const thread = new ActivityThread({ isMapped });
    const close = () => thread.close();
    signal.addEventListener('abort', close, { once: true });
    try {
      await thread.read(body, { signal, onProgress });
      return thread;
    } catch (error) {
      signal.removeEventListener('abort', close);
      throw error;
    }
  };
  return await retry(read, {
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
