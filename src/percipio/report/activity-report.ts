// One learning-activity report: requested or picked up by its id, waited for, and read into an index, in the background.
import { setTimeout as sleep } from 'node:timers/promises';
import { Code, type Progress, ServiceError } from 'baton-connector-sdk';
import type { Logger } from 'pino';
import { PercipioError } from '../api/percipio-error.ts';
import type { ReportsApi } from '../api/reports.ts';
import type { ConnectorTiming } from '../timing.ts';
import { pollDueMs } from './report-polls.ts';
import type { ActivityIndex } from './scan/activity-index.ts';
import type { HeldIds } from './scan/activity-index-builder.ts';
import type { ActivityThread } from './scan/activity-thread.ts';
import { downloadActivity } from './scan/download-activity.ts';
import { ReportFormatError } from './scan/report-format-error.ts';
import { activityMapping } from './scan/report-mapping.ts';
import type { SharedReportId } from './shared-report-id.ts';

export interface ActivityReportOptions {
  readonly reports: () => ReportsApi;
  readonly logger: Logger;
  /** How far back the report begins. */
  readonly lookbackMs: number;
  /** Whether Percipio is asked to leave out of it what is not needed. */
  readonly isMapped: boolean;
  /** How long Percipio may take to make it. */
  readonly timeoutMs: number;
  readonly timing: Pick<ConnectorTiming, 'reportFirstPollMaxMs' | 'reportPollMaxMs' | 'downloadRetry'>;
  /**
   * Which users and courses the sync holds, asked for when the report has been read. Nothing, where `canWait` is true and
   * the sync is still listing them.
   */
  readonly heldIds: (canWait: boolean, signal: AbortSignal) => Promise<HeldIds | undefined>;
  /** Whether the sync is still listing them. */
  readonly isListing: () => boolean;
  /** Gives the report that was requested for the sync before anybody asked for it, once. */
  readonly takeRequested?: (() => string | undefined) | undefined;
  /** Where another process may have left the id of the report to read instead of a new one. */
  readonly sharedId?: SharedReportId | undefined;
}

export interface WaitOptions {
  /** How long to wait for the report, in milliseconds. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
  /** Hears how far it is. */
  readonly onProgress: (progress: Progress) => void;
  /** Whether there is no hurry while the sync is still listing: then to answer nothing, once the report is requested. */
  readonly canWait: boolean;
}

/**
 * A report that is loading from the moment it is made. Callers wait for it as long as they can afford; it goes on
 * without them until it is closed.
 */
export class ActivityReport {
  /** Known when Percipio has answered the request for it; from the start when it was picked up. */
  id: string | undefined;
  /** The error that loading ended with, once somebody has heard of it: one that nobody waited for is told to the next. */
  failure: unknown;
  readonly #options: ActivityReportOptions;
  readonly #abort = new AbortController();
  readonly #listeners = new Set<(progress: Progress) => void>();
  readonly #requested = Promise.withResolvers<void>();
  readonly #wanted = Promise.withResolvers<void>();
  readonly #loaded: Promise<ActivityThread>;
  #rows: ActivityThread | undefined;
  #finishing: Promise<ActivityIndex> | undefined;
  #index: ActivityIndex | undefined;
  #isTold = false;

  constructor(options: ActivityReportOptions, id: string | undefined) {
    this.#options = options;
    this.id = id;
    const loading = this.#load(this.#abort.signal);
    this.#loaded = options.isMapped ? adviseAgainstMapping(loading) : loading;
    this.#loaded.then(
      (rows) => {
        this.#rows = rows;
      },
      // Whoever waits hears of it; without anybody it must not end the process.
      () => {},
    );
  }

  /**
   * Waits for the index.
   * @returns Nothing when it is not there yet, or the report was closed meanwhile: whoever knows its id can go on.
   * @throws what loading failed with; the signal's reason.
   */
  async wait(options: WaitOptions): Promise<ActivityIndex | undefined> {
    // At once: waiting costs a timer and its end, for each page of grants.
    if (this.#index) {
      return this.#index;
    }
    const rows = await this.#waitForRows(options);
    if (!rows || this.#index) {
      return this.#index;
    }
    const held = await this.#options.heldIds(options.canWait, options.signal);
    if (held) {
      // Another call may be at it.
      this.#finishing ??= rows.finish(held);
      try {
        this.#index = await this.#finishing;
      } catch (error) {
        this.#heedFailure(error);
      }
    }
    return this.#index;
  }

  async #waitForRows({ waitMs, signal, onProgress, canWait }: WaitOptions): Promise<ActivityThread | undefined> {
    this.#listeners.add(onProgress);
    const isEarly = canWait && this.#options.isListing();
    if (!isEarly) {
      this.#wanted.resolve();
    }
    const timer = new AbortController();
    try {
      return await Promise.race([
        this.#loaded,
        ...(isEarly ? [this.#requested.promise.then(() => this.#rows)] : []),
        sleep(waitMs, undefined, { signal: AbortSignal.any([signal, timer.signal]) }).catch(() => {
          throw signal.reason;
        }),
      ]);
    } catch (error) {
      if (signal.aborted) {
        throw error;
      }
      this.#heedFailure(error);
      return undefined;
    } finally {
      timer.abort();
      this.#listeners.delete(onProgress);
    }
  }

  /** Throws what loading failed with, unless that is because the report was closed. */
  #heedFailure(error: unknown): void {
    this.failure = error;
    if (!this.#abort.signal.aborted) {
      throw error;
    }
  }

  /** True the first time: whoever gets it tells what the report left out. */
  takeTelling(): boolean {
    const isFirst = !this.#isTold;
    this.#isTold = true;
    return isFirst;
  }

  /** Ends loading and its requests. */
  close(): void {
    this.#abort.abort(
      new ServiceError(Code.Canceled, 'the sync that the activity report belongs to has ended', {
        reason: 'sync_ended',
      }),
    );
  }

  async #load(signal: AbortSignal): Promise<ActivityThread> {
    const { reports, logger, timing, isMapped } = this.#options;
    const id = this.id ?? (await this.#request(signal));
    this.id = id;
    this.#requested.resolve();
    const firstBody = await this.#waitUntilReady(id, signal);
    const startedAtMs = performance.now();
    return await downloadActivity({
      isMapped,
      open: async (attempt) => {
        if (attempt === 1) {
          return firstBody;
        }
        const poll = await reports().poll(id, signal);
        if (poll.state !== 'ready') {
          throw new ServiceError(Code.Unavailable, `the activity report ${id} was ready, and is ${poll.status} again`, {
            reason: 'report_not_ready',
          });
        }
        return poll.body;
      },
      signal,
      retry: timing.downloadRetry,
      onProgress: ({ bytes, rows }) => {
        const seconds = (performance.now() - startedAtMs) / 1000;
        this.#tell({ status: 'downloading', bytes, rows, rowsPerSecond: rows / seconds });
      },
      onRetry: (error, attempt) =>
        logger.warn({ error, attempt }, 'the download of the activity report broke; trying again'),
    });
  }

  async #request(signal: AbortSignal): Promise<string> {
    const { sharedId } = this.#options;
    const left = await sharedId?.find(signal);
    if (left !== undefined) {
      this.#options.logger.info({ report_id: left }, 'another process of this sync has requested the activity report');
      return left;
    }
    this.#tell({ status: 'requesting' });
    const id = this.#options.takeRequested?.() ?? (await requestActivityReport(this.#options, signal));
    return sharedId ? await sharedId.settle(id, signal) : id;
  }

  /** Asks until the report is ready. */
  async #waitUntilReady(id: string, signal: AbortSignal) {
    const { reports, timeoutMs, timing } = this.#options;
    const requestedAtMs = performance.now();
    let spentMs = 0;
    await this.#waitUntilWanted(pollDueMs(0, spentMs, timing), signal);
    for (let polls = 1; ; polls += 1) {
      const startedAtMs = performance.now();
      const poll = await reports().poll(id, signal);
      if (poll.state === 'ready') {
        return poll.body;
      }
      this.#tell({ status: poll.status ?? 'PENDING' });
      const nowMs = performance.now();
      spentMs += nowMs - startedAtMs;
      const dueMs = pollDueMs(polls, spentMs, timing);
      if (dueMs > timeoutMs) {
        throw new ServiceError(
          Code.FailedPrecondition,
          `Percipio has not made the activity report ${id} within ${describeTime(timeoutMs)}; its status is ${poll.status ?? 'unknown'}. Allow it more time (--report-timeout), or ask for less (--report-lookback)`,
          { reason: 'report_timeout' },
        );
      }
      await sleep(Math.max(0, requestedAtMs + dueMs - nowMs), undefined, { signal });
    }
  }

  async #waitUntilWanted(waitMs: number, signal: AbortSignal): Promise<void> {
    const timer = new AbortController();
    const waited = sleep(waitMs, undefined, { signal: AbortSignal.any([signal, timer.signal]) });
    // Without a listener, its end by the timer would end the process.
    waited.catch(() => {});
    await Promise.race([this.#wanted.promise, waited]);
    timer.abort();
  }

  #tell(progress: Omit<Progress, 'work'>): void {
    for (const listener of this.#listeners) {
      listener({ work: 'activity report', ...progress });
    }
  }
}

/** @returns The id of a new report. */
export async function requestActivityReport(
  {
    reports,
    lookbackMs,
    isMapped,
    logger,
  }: Pick<ActivityReportOptions, 'reports' | 'lookbackMs' | 'isMapped' | 'logger'>,
  signal: AbortSignal,
): Promise<string> {
  const end = new Date();
  const start = new Date(end.getTime() - lookbackMs);
  const mapping = isMapped ? activityMapping : undefined;
  const requested = reports().requestLearningActivity({ start, end, mapping }, signal);
  const { value } = await (isMapped ? adviseAgainstMapping(requested) : requested);
  logger.info({ report_id: value.id, status: value.status }, 'requested the activity report');
  return value.id;
}

function mayBeOfMapping(error: unknown): error is Error {
  if (error instanceof PercipioError) {
    return error.kind === 'report-failed' || [400, 422, 501].includes(error.status ?? 0);
  }
  return error instanceof ReportFormatError && !error.isCutOff;
}

/** What may have failed because a mapping was asked for says so. */
async function adviseAgainstMapping<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (mayBeOfMapping(error)) {
      throw new ServiceError(
        Code.FailedPrecondition,
        `${error.message}. Percipio was asked to map the report (--report-mapping): leave that setting out`,
        { reason: 'report_mapping', cause: error },
      );
    }
    throw error;
  }
}

function describeTime(timeMs: number): string {
  return timeMs < 120_000 ? `${Math.round(timeMs / 100) / 10} seconds` : `${Math.round(timeMs / 60_000)} minutes`;
}
