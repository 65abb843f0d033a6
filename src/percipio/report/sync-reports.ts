// The reports of one kind of one sync.
import type { SessionStore } from 'baton-connector-sdk';
import type { SyncReport } from './sync-report.ts';

/** The members of a report that its users call. */
type AnyReport = Pick<SyncReport<never, never, unknown>, 'id' | 'lostId' | 'begin' | 'prefetch' | 'close'>;

/**
 * A sync requests one report of a kind. Its id travels in page tokens, and is in the session store where there is one: a
 * process that did not request it finds it there, so that several processes can serve a sync, which survives any of them.
 */
export class SyncReports<Report extends AnyReport> {
  readonly #create: () => Report;
  readonly #own: Report;
  /** Reports that page tokens name, by id. */
  readonly #others = new Map<string, Report>();

  /** @param create - Makes a report that has not begun. */
  constructor(create: () => Report) {
    this.#create = create;
    this.#own = create();
  }

  /**
   * The report with an id; without one the sync's own. It is loading, or loaded. If it failed, it is tried again: by its
   * id, since Percipio may only have been unavailable, or as a new one if Percipio lost it.
   * @param session - Of the sync.
   */
  get(id: string | undefined, session?: SessionStore): Report {
    const report = id === undefined || id === this.#own.id ? this.#own : this.#other(id);
    report.begin(id, session);
    return report;
  }

  /** Whether Percipio has lost the report that an earlier process of the sync requested. The sync's own is then another. */
  isLost(id: string | undefined): boolean {
    return id !== undefined && id === this.#own.lostId;
  }

  /**
   * Requests the sync's own report before anybody needs it.
   * @param session - Of the sync.
   */
  async prefetch(signal: AbortSignal, session?: SessionStore): Promise<void> {
    await this.#own.prefetch(signal, session);
  }

  /** Stops all reports that are loading. */
  close(): void {
    this.#own.close();
    for (const report of this.#others.values()) {
      report.close();
    }
  }

  #other(id: string): Report {
    const report = this.#others.get(id) ?? this.#create();
    this.#others.set(id, report);
    return report;
  }
}
