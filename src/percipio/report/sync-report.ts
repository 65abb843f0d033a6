// The life of one report of a sync: its states, and the only place where one becomes another.
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
//   prefetch() of a report of an earlier sync (--report-id), or of the same sync in an earlier process, leads to pending
//   close() ends any state but indexed for good: closed
import { Code, type Progress, ServiceError, type SessionStore } from 'baton-connector-sdk';
import { pause, untilAborted, type Waits } from 'baton-connector-sdk/http';
import type { Logger } from 'pino';
import type { ReportsApi } from '../api/reports.ts';
import type { ByteStream } from '../api/response-body.ts';
import type { ConnectorTiming } from '../timing.ts';
import { lostReportError } from './lost-report.ts';
import { pollReport } from './poll-report.ts';
import type { ReportKind } from './report-kind.ts';
import { isLoading, isWorking, type ReportState, type Requested, startFrom, type Working } from './report-state.ts';
import { SharedReportId } from './shared-report-id.ts';

export interface SyncReportOptions {
  readonly reports: () => ReportsApi;
  readonly logger: Logger;
  /** Shows the wait. */
  readonly waits?: Waits | undefined;
  /** How long Percipio may take to make it. */
  readonly timeoutMs: number;
  /**
   * Whether it also loads while nobody waits. A process that stands still between calls would lose its connection then.
   * Default: true.
   */
  readonly loadsInBackground?: boolean | undefined;
  readonly timing: Pick<ConnectorTiming, 'reportPollMinMs' | 'reportPollMaxMs' | 'downloadRetry'>;
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
export class SyncReport<Rows, Lists, Index> {
  readonly #kind: ReportKind<Rows, Lists, Index>;
  readonly #options: SyncReportOptions;
  readonly #abort = new AbortController();
  #lostId: string | undefined;
  readonly #listeners = new Set<(progress: Progress) => void>();
  #state: ReportState<Rows, Lists, Index> = { phase: 'idle' };
  #changed = Promise.withResolvers<void>();
  /** Resolved by the first caller who can do nothing else: then the first poll is made at once. */
  #needed = Promise.withResolvers<void>();

  /** How many callers wait for the report itself. */
  #waiting = 0;
  #joined = Promise.withResolvers<void>();

  /** Resolved by the first poll. */
  readonly #polled = Promise.withResolvers<void>();

  constructor(kind: ReportKind<Rows, Lists, Index>, options: SyncReportOptions) {
    this.#kind = kind;
    this.#options = options;
  }

  get state(): ReportState<Rows, Lists, Index> {
    return this.#state;
  }

  get id(): string | undefined {
    return 'id' in this.#state ? this.#state.id : undefined;
  }

  /** The report that this or an earlier process of the sync has requested, if Percipio does not have it any more. */
  get lostId(): string | undefined {
    return this.#lostId ?? lostIdOf(this.#state);
  }

  /**
   * Requests the report before anybody needs it. A report of an earlier sync, or of an earlier process of this one, begins
   * to load instead, and its first poll tells whether Percipio still has it.
   * @param session - Of the sync.
   * @throws PercipioError or ServiceError. The next begin() tries again.
   */
  async prefetch(signal: AbortSignal, session?: SessionStore): Promise<void> {
    if (this.#state.phase !== 'idle') return;
    const found = session && (await this.#shared(session, undefined).find(signal));
    const id = found ?? this.#kind.takeGivenId();
    if (id !== undefined) {
      const lostId = lostIdOf(await this.#prefetchExisting(id, signal));
      if (found === undefined || lostId === undefined) return void this.#result();
      this.#lostId = lostId;
      this.#enter({ phase: 'idle' });
    }
    const requested = await this.#kind.request(signal);
    const settled = session ? await this.#shared(session, this.#lostId).settle(requested, signal) : requested;
    // It may have begun meanwhile.
    if (this.#state.phase === 'idle') this.#enter({ phase: 'prefetched', id: settled });
  }

  async #prefetchExisting(id: string, signal: AbortSignal): Promise<ReportState<Rows, Lists, Index>> {
    void this.#work({ phase: 'pending', id });
    this.#needed.resolve();
    await untilAborted(this.#polled.promise, signal);
    return this.#state;
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
   * @throws the error that loading failed with; what reading the lists failed with; the reason of the signal.
   */
  async wait(options: WaitOptions): Promise<Index | undefined> {
    const { signal, mayReturnEarly } = options;
    await this.#waitUntilScanned(options);
    const state = this.#state;
    if (state.phase === 'scanned' && !(mayReturnEarly && this.#kind.isListing())) {
      const lists = await this.#kind.readLists(signal);
      // Another caller may have been faster.
      if (this.#state === state) void this.#work({ ...state, phase: 'indexing', lists });
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
      new ServiceError(Code.Canceled, 'the sync that the report belongs to has ended', {
        reason: 'sync_ended',
      }),
    );
  }

  /** Goes from a state to the next ones, until one that waits for a caller or is the last. */
  async #work(start: Working<Rows, Lists>): Promise<void> {
    if (start.phase !== 'indexing') this.#needed = Promise.withResolvers();
    let next: ReportState<Rows, Lists, Index> = start;
    try {
      while (this.#enter(next) && isWorking(next)) {
        next = await this.#advance(next, this.#abort.signal);
      }
    } catch (error) {
      this.#enter({ phase: 'failed', id: this.id, error: this.#kind.explain(error, this.id), isSeen: false });
    }
  }

  async #advance(state: Working<Rows, Lists>, signal: AbortSignal): Promise<ReportState<Rows, Lists, Index>> {
    switch (state.phase) {
      case 'requested':
        return { phase: 'pending', id: await this.#findOrRequest(state, signal) };
      case 'pending':
        return { ...state, phase: 'ready', body: await this.#poll(state.id, signal) };
      case 'ready':
        return { phase: 'scanned', id: state.id, rows: await this.#download(state.id, state.body, signal) };
      case 'indexing':
        return {
          phase: 'indexed',
          id: state.id,
          index: await this.#kind.index(state.rows, state.lists),
          summaryReported: false,
        };
    }
  }

  /** @returns False when the report was closed before. */
  #enter(state: ReportState<Rows, Lists, Index>): boolean {
    if (this.#state.phase === 'closed') return false;
    this.#state = state;
    if (state.phase !== 'pending') this.#polled.resolve();
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
    return true;
  }

  /** The index, or what loading failed with; undefined for a report that is neither. */
  #result(): Index | undefined {
    const state = this.#state;
    if (state.phase === 'failed') {
      this.#state = { ...state, isSeen: true };
      throw state.error;
    }
    return state.phase === 'indexed' ? state.index : undefined;
  }

  async #waitUntilScanned({ waitMs, signal, onProgress, mayReturnEarly }: WaitOptions): Promise<void> {
    const isEarly = mayReturnEarly && this.#kind.isListing();
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
    if (!isEarly) this.#join();
    try {
      do {
        await (isOver ? untilAborted(this.#changed.promise, signal) : Promise.race([this.#changed.promise, timeout]));
      } while (!isReached() && !(isOver && this.#mayBeLeft()));
    } finally {
      timer.abort();
      this.#listeners.delete(onProgress);
      if (!isEarly) this.#waiting--;
    }
  }

  #join(): void {
    this.#waiting++;
    this.#joined.resolve();
    this.#joined = Promise.withResolvers();
  }

  /** Whether its last caller may leave it alone: a download that nobody waits for could not go on. */
  #mayBeLeft(): boolean {
    const { loadsInBackground = true } = this.#options;
    return loadsInBackground || this.#state.phase !== 'ready';
  }

  /** Without work in the background, polls are made for those who wait. The answer to a poll may be the report. */
  async #untilWaitedFor(signal: AbortSignal): Promise<void> {
    if ((this.#options.loadsInBackground ?? true) || this.#waiting > 0) return;
    await untilAborted(this.#joined.promise, signal);
  }

  #shared(session: SessionStore, lostId: string | undefined): SharedReportId {
    return new SharedReportId(session, this.#options.logger, { key: this.#kind.sessionKey, lostId });
  }

  async #findOrRequest(
    { session, prefetchedId, lostId = this.#lostId }: Requested,
    signal: AbortSignal,
  ): Promise<string> {
    const { logger } = this.#options;
    const { name } = this.#kind;
    const shared = session && this.#shared(session, lostId);
    const found = await shared?.find(signal);
    if (found !== undefined) {
      if (found !== prefetchedId) {
        logger.info({ report_id: found }, `another process of this sync has requested the ${name}`);
      }
      return found;
    }
    this.#report({ status: 'requesting' });
    const id = prefetchedId ?? this.#kind.takeGivenId() ?? (await this.#kind.request(signal));
    return shared ? await shared.settle(id, signal) : id;
  }

  async #poll(id: string, signal: AbortSignal): Promise<ByteStream> {
    const onStatus = (status: string) => {
      this.#polled.resolve();
      this.#report({ status });
    };
    const { name, timeoutAdvice } = this.#kind;
    return await pollReport(
      id,
      {
        ...this.#options,
        ...{ name, timeoutAdvice, isNeeded: this.#needed.promise, onStatus },
        mayPoll: (polling) => this.#untilWaitedFor(polling),
      },
      signal,
    );
  }

  async #download(id: string, firstBody: ByteStream, signal: AbortSignal): Promise<Rows> {
    const { logger, timing } = this.#options;
    const startedAtMs = performance.now();
    return await this.#kind.download({
      open: async (attempt) => (attempt === 1 ? firstBody : await this.#poll(id, signal)),
      signal,
      retry: timing.downloadRetry,
      onProgress: ({ bytes, rows }) => {
        const seconds = (performance.now() - startedAtMs) / 1000;
        this.#report({ status: 'downloading', bytes, rows, rowsPerSecond: rows / seconds });
      },
      onRetry: (error, attempt) =>
        logger.warn({ error, attempt }, `the download of the ${this.#kind.name} broke; retrying`),
    });
  }

  #report(progress: Omit<Progress, 'work'>): void {
    for (const listener of this.#listeners) {
      listener({ work: this.#kind.name, ...progress });
    }
  }
}

function lostIdOf(state: ReportState<unknown, unknown, unknown>): string | undefined {
  return state.phase === 'failed' && lostReportError(state.error) ? state.id : undefined;
}
