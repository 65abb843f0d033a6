// Downloads a report. A broken download restarts from the beginning.
import { onlyIf, type RetryPolicy, retry } from 'baton-connector-sdk/http';
import { PercipioError } from '../../api/percipio-error.ts';
import { halfJitter } from '../../api/retry-policy.ts';
import { ActivityThread } from './activity-thread.ts';
import { ReportFormatError } from './report-format-error.ts';
import type { ScanProgress } from './scan-rows.ts';

export interface ActivityDownload {
  /**
   * Opens the report at its beginning; called for each attempt, from 1. It does its own retries: what it throws ends the
   * download.
   */
  readonly open: (attempt: number) => Promise<AsyncIterable<Uint8Array>>;
  readonly signal: AbortSignal;
  /** Whether Percipio was asked to map the report: then it fails if no row has ids and status. */
  readonly isMapped?: boolean | undefined;
  /** Default {@link downloadRetryPolicy}. */
  readonly retry?: RetryPolicy | undefined;
  /** Called after each piece; starts from 0 with each attempt. */
  readonly onProgress?: ((progress: ScanProgress) => void) | undefined;
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
 * @returns The thread that has the rows; the signal closes it.
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
