// The life of one learning-activity report: its states, and the only place where one becomes another.
//
//   idle ──────────────┐
//    │ prefetch()      │ begin()
//    ▼                 ▼   id known            poll: ready          all rows read           lists complete
//   prefetched ──► requested ───────► pending ──────────► ready ──────────────► scanned ─► indexing ─► indexed
//                      ▲               ▲ │ ▲           (downloading,
//                      │               │ └─┘            up to 3 times)
//                      │               │ poll: not ready
//                      │ Percipio      │
//                      │ lost it       │ otherwise
//                      └── failed ─────┘       any state from requested on fails with an error; after a caller has
//                                              seen it, the next begin() tries again
//
//   prefetch() of a report of an earlier sync (--report-id) leads to pending
//   close() ends any state but indexed for good: closed
import { Code, type Progress, ServiceError, type SessionStore } from 'baton-connector-sdk';
import { pause, untilAborted } from 'baton-connector-sdk/http';
import type { ByteStream } from '../api/response-body.ts';
import type { ConnectorTiming } from '../timing.ts';
import { pollReport } from './poll-report.ts';
import { isLoading, isWorking, type ReportState, type Requested, startFrom, type Working } from './report-state.ts';
import {
  explainGivenId,
  explainMapping,
  lostReportError,
  type ReportRequestOptions,
  requestReport,
} from './request-report.ts';
import type { ActivityIndex } from './scan/activity-index.ts';
import type { SyncedIds } from './scan/activity-index-builder.ts';
import type { ActivityThread } from './scan/activity-thread.ts';
import { downloadActivity } from './scan/download-activity.ts';
import { ReportFormatError } from './scan/report-format-error.ts';
import { SharedReportId } from './shared-report-id.ts';

export interface ActivityReportOptions extends ReportRequestOptions {
  /** How long Percipio may take to make it. */
  readonly timeoutMs: number;
  readonly timing: Pick<ConnectorTiming, 'reportPollMinMs' | 'reportPollMaxMs' | 'downloadRetry'>;
  /** Whether the sync is still listing users and courses in this process. */
  readonly isListing: () => boolean;
  /** The ids of the users and courses that the sync has. Called when the report is scanned. */
  readonly syncedIds: (signal: AbortSignal) => Promise<SyncedIds>;
}

export interface WaitOptions {
  /** How long to wait for the report, in milliseconds. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  /** Whether to return early, as soon as the report is requested, while the sync is still listing. */
  readonly mayReturnEarly: boolean;
}

/** A report that loads in the background once it has begun. Callers wait for it as long as they can afford. */
export class ActivityReport {
  readonly #options: ActivityReportOptions;
  readonly #abort = new AbortController();
  readonly #listeners = new Set<(progress: Progress) => void>();
  #state: ReportState = { phase: 'idle' };
  #changed = Promise.withResolvers<void>();
  /** Resolved by the first caller who can do nothing else: then the first poll is made at once. */
  #needed = Promise.withResolvers<void>();

  /** Resolved by the first poll. */
  readonly #polled = Promise.withResolvers<void>();

  constructor(options: ActivityReportOptions) {
    this.#options = options;
  }

  get state(): ReportState {
    return this.#state;
  }

  get id(): string | undefined {
    return 'id' in this.#state ? this.#state.id : undefined;
  }

  /**
   * Requests the report before anybody needs it. A report of an earlier sync begins to load instead, and its first poll
   * tells whether Percipio still has it.
   * @throws PercipioError or ServiceError. The next begin() tries again.
   */
  async prefetch(signal: AbortSignal): Promise<void> {
    if (this.#state.phase !== 'idle') return;
    const givenId = this.#options.reusable.take();
    if (givenId !== undefined) {
      void this.#work({ phase: 'pending', id: givenId });
      this.#needed.resolve();
      await untilAborted(this.#polled.promise, signal);
      this.#result();
      return;
    }
    const id = await requestReport(this.#options, signal);
    // It may have begun meanwhile.
    if (this.#state.phase === 'idle') this.#enter({ phase: 'prefetched', id });
  }

  /**
   * Begins to load the report, or tries again after a failure that a caller has seen; else does nothing.
   * @param id - The report to load; without one it is requested, unless it has an id already.
   */
  begin(id: string | undefined, session: SessionStore | undefined): void {
    const start = startFrom(this.#state, id, session);
    if (start) void this.#work(start);
  }

  /**
   * Waits for the index.
   * @returns Undefined when the index is not ready in time, or the report was closed: the caller can come back by its id.
   * @throws the error that loading failed with; what reading the synced ids failed with; the reason of the signal.
   */
  async wait(options: WaitOptions): Promise<ActivityIndex | undefined> {
    const { signal, mayReturnEarly } = options;
    await this.#waitUntilScanned(options);
    const state = this.#state;
    if (state.phase === 'scanned' && !(mayReturnEarly && this.#options.isListing())) {
      const ids = await this.#options.syncedIds(signal);
      // Another caller may have been faster.
      if (this.#state === state) void this.#work({ ...state, phase: 'indexing', ids });
    }
    while (this.#state.phase === 'indexing') {
      await this.#changed.promise;
    }
    return this.#result();
  }

  /** True for the first caller after the report is indexed, who reports what it skipped. */
  claimSummary(): boolean {
    const state = this.#state;
    const isFirst = state.phase === 'indexed' && !state.summaryReported;
    if (isFirst) this.#state = { ...state, summaryReported: true };
    return isFirst;
  }

  /** Stops loading and its requests. */
  close(): void {
    if (this.#state.phase === 'indexed') return;
    this.#enter({ phase: 'closed', id: this.id });
    this.#abort.abort(
      new ServiceError(Code.Canceled, 'the sync that the activity report belongs to has ended', {
        reason: 'sync_ended',
      }),
    );
  }

  /** Goes from a state to the next ones, until one that waits for a caller or is the last. */
  async #work(start: Working): Promise<void> {
    if (start.phase !== 'indexing') this.#needed = Promise.withResolvers();
    let next: ReportState = start;
    try {
      while (this.#enter(next) && isWorking(next)) {
        next = await this.#advance(next, this.#abort.signal);
      }
    } catch (error) {
      this.#enter({ phase: 'failed', id: this.id, error: this.#explain(error, this.id), isSeen: false });
    }
  }

  /** Explains which setting a failure may come from, and forgets a report that would fail another sync too. */
  #explain(error: unknown, id: string | undefined): unknown {
    const { isMapped, reusable } = this.#options;
    if (lostReportError(error) || (error instanceof ReportFormatError && !error.isCutOff)) reusable.drop(id);
    if (reusable.isGiven(id)) return explainGivenId(error);
    return isMapped ? explainMapping(error) : error;
  }

  async #advance(state: Working, signal: AbortSignal): Promise<ReportState> {
    switch (state.phase) {
      case 'requested':
        return { phase: 'pending', id: await this.#findOrRequest(state, signal) };
      case 'pending':
        return { ...state, phase: 'ready', body: await this.#poll(state.id, signal) };
      case 'ready':
        return { phase: 'scanned', id: state.id, thread: await this.#download(state.id, state.body, signal) };
      case 'indexing':
        return {
          phase: 'indexed',
          id: state.id,
          index: await state.thread.finish(state.ids),
          summaryReported: false,
        };
    }
  }

  /** @returns False when the report was closed before. */
  #enter(state: ReportState): boolean {
    if (this.#state.phase === 'closed') return false;
    this.#state = state;
    if (state.phase !== 'pending') this.#polled.resolve();
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
    return true;
  }

  /** The index, or what loading failed with; undefined for a report that is neither. */
  #result(): ActivityIndex | undefined {
    const state = this.#state;
    if (state.phase === 'failed') {
      this.#state = { ...state, isSeen: true };
      throw state.error;
    }
    return state.phase === 'indexed' ? state.index : undefined;
  }

  async #waitUntilScanned({ waitMs, signal, onProgress, mayReturnEarly }: WaitOptions): Promise<void> {
    const isEarly = mayReturnEarly && this.#options.isListing();
    if (!isEarly) this.#needed.resolve();
    const isReached = () => !isLoading(this.#state) || (isEarly && this.#state.phase !== 'requested');
    // A timer and its end are not free, and each page of grants comes by here.
    if (isReached()) return;
    const timer = new AbortController();
    let isOver = false;
    const timeout = pause(waitMs, AbortSignal.any([signal, timer.signal])).then(() => {
      isOver = true;
    });
    this.#listeners.add(onProgress);
    try {
      do {
        await Promise.race([this.#changed.promise, timeout]);
      } while (!isReached() && !isOver);
    } finally {
      timer.abort();
      this.#listeners.delete(onProgress);
    }
  }

  async #findOrRequest({ session, prefetchedId, lostId }: Requested, signal: AbortSignal): Promise<string> {
    const { logger } = this.#options;
    const shared = session && new SharedReportId(session, logger, lostId);
    const found = await shared?.find(signal);
    if (found !== undefined) {
      logger.info({ report_id: found }, 'another process of this sync has requested the activity report');
      return found;
    }
    this.#report({ status: 'requesting' });
    const id = prefetchedId ?? this.#options.reusable.take() ?? (await requestReport(this.#options, signal));
    return shared ? await shared.settle(id, signal) : id;
  }

  async #poll(id: string, signal: AbortSignal): Promise<ByteStream> {
    const onStatus = (status: string) => {
      this.#polled.resolve();
      this.#report({ status });
    };
    return await pollReport(id, { ...this.#options, isNeeded: this.#needed.promise, onStatus }, signal);
  }

  async #download(id: string, firstBody: ByteStream, signal: AbortSignal): Promise<ActivityThread> {
    const { logger, timing, isMapped } = this.#options;
    const startedAtMs = performance.now();
    return await downloadActivity({
      isMapped,
      open: async (attempt) => (attempt === 1 ? firstBody : await this.#poll(id, signal)),
      signal,
      retry: timing.downloadRetry,
      onProgress: ({ bytes, rows }) => {
        const seconds = (performance.now() - startedAtMs) / 1000;
        this.#report({ status: 'downloading', bytes, rows, rowsPerSecond: rows / seconds });
      },
      onRetry: (error, attempt) =>
        logger.warn({ error, attempt }, 'the download of the activity report broke; retrying'),
    });
  }

  #report(progress: Omit<Progress, 'work'>): void {
    for (const listener of this.#listeners) {
      listener({ work: 'activity report', ...progress });
    }
  }
}
