// Downloads a report, from the start again where the download breaks.
import { setTimeout as wait } from 'node:timers/promises';
import { PercipioError } from '../../api/percipio-error.ts';
import { nextDelayMs, type RetryPolicy } from '../../api/retry-policy.ts';
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
  retryAfterMaxMs: 120_000,
};

/**
 * Reads a whole report: the result has all of its rows. Percipio cannot continue a download, so one that breaks begins anew, without its rows.
 * @throws PercipioError or ReportFormatError when the last attempt failed, or another one makes no sense; the signal's
 * reason when it ends the download between attempts.
 * @returns The report, read and not yet made an index of; the signal closes it.
 */
export async function downloadActivity(download: ActivityDownload): Promise<ActivityThread> {
  const { open, signal, isMapped = false, retry = downloadRetryPolicy, onProgress, onRetry } = download;
  for (let attempt = 1; ; attempt += 1) {
    const body = await open(attempt);
    const thread = new ActivityThread({ isMapped });
    const close = () => thread.close();
    signal.addEventListener('abort', close, { once: true });
    try {
      await thread.read(body, { signal, onProgress });
      return thread;
    } catch (error) {
      signal.removeEventListener('abort', close);
      const delayMs = delayAfter(error, attempt, retry);
      if (delayMs === undefined) throw error;
      onRetry?.(error as Error, attempt);
      await wait(delayMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

function delayAfter(error: unknown, attempts: number, retry: RetryPolicy): number | undefined {
  const isTransient =
    (error instanceof PercipioError && error.isTransient) || (error instanceof ReportFormatError && error.isCutOff);
  return nextDelayMs(retry, { isTransient, isUnprocessed: false, retryAfterMs: undefined, attempts }, 'always');
}
