// How long the connector waits for what.

import type { RetryPolicy } from 'baton-connector-sdk/http';
import { defaultRetryPolicy, type RequestRetryPolicy } from './api/retry-policy.ts';
import { downloadRetryPolicy } from './report/scan/download-activity.ts';

/** One record for all waits, so that a test can run the whole connector without waiting for real. */
export interface ConnectorTiming {
  /**
   * How long a ListGrants call waits for the report before it answers an empty page, in milliseconds. A report takes
   * minutes; callers and what lies between them and here give up on calls that last.
   */
  readonly reportWaitMs: number;
  /** When the report of a sync is polled first, at the latest: earlier, when the sync waits for nothing else any more. */
  readonly reportFirstPollMaxMs: number;
  /** Between two polls of the report of a sync: as the Go connector has it (report-polls.ts). */
  readonly reportPollMaxMs: number;
  /** Between the first two polls of a report of an event feed; each wait is twice the one before, up to `reportPollMaxMs`. */
  readonly reportPollMinMs: number;
  /** When a request is sent again. */
  readonly requestRetry: RequestRetryPolicy;
  /** When the download of a report begins again. */
  readonly downloadRetry: RetryPolicy;
  /** The clock for what is remembered and for how long: milliseconds since 1970. */
  now(): number;
}

export const defaultTiming: ConnectorTiming = {
  reportWaitMs: 15_000,
  reportFirstPollMaxMs: 30_000,
  reportPollMaxMs: 60_000,
  reportPollMinMs: 1000,
  requestRetry: defaultRetryPolicy,
  downloadRetry: downloadRetryPolicy,
  now: Date.now,
};
