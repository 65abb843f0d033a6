// How long the connector waits for what.
import { downloadRetryPolicy } from './activity/download-activity.ts';
import { defaultRetryPolicy, type RetryPolicy } from './api/retry-policy.ts';

/** One record for all waits, so that a test can run the whole connector without waiting for real. */
export interface ConnectorTiming {
  /**
   * How long a ListGrants call waits for the report before it answers an empty page, in milliseconds. A report takes
   * minutes; callers and what lies between them and here give up on calls that last.
   */
  readonly reportWaitMs: number;
  /** Between the first two polls of a report; each wait is twice the one before. */
  readonly reportPollMinMs: number;
  /** No wait between two polls is longer. The Go connector asks once a minute. */
  readonly reportPollMaxMs: number;
  /** When a request is sent again. */
  readonly requestRetry: RetryPolicy;
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
