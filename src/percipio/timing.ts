// All waits of the connector.

import type { RetryPolicy } from 'baton-connector-sdk/http';
import { defaultRetryPolicy, type RequestRetryPolicy } from './api/retry-policy.ts';
import { downloadRetryPolicy } from './report/scan/download-report.ts';

/** One record, so that a test can run the whole connector without real waits. */
export interface ConnectorTiming {
  /**
   * How long a ListGrants call waits for the report before it returns an empty page, in milliseconds. A report takes
   * minutes; callers and proxies time out on long calls.
   */
  readonly reportWaitMs: number;
  /** Before the first poll of a report, unless a caller needs it earlier. Each further wait is twice as long. */
  readonly reportPollMinMs: number;
  /** The longest wait between two polls of a report. */
  readonly reportPollMaxMs: number;
  /** When a request is sent again. */
  readonly requestRetry: RequestRetryPolicy;
  /** When the download of a report begins again. */
  readonly downloadRetry: RetryPolicy;
  /** The clock for what is remembered and for how long: milliseconds since 1970. */
  now(): number;
}

export const defaultTiming: ConnectorTiming = {
  reportWaitMs: 15_000,
  reportPollMinMs: 1000,
  reportPollMaxMs: 60_000,
  requestRetry: defaultRetryPolicy,
  downloadRetry: downloadRetryPolicy,
  now: Date.now,
};
