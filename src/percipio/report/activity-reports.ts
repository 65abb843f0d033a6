// The learning-activity reports of one sync.
import type { SessionStore } from 'baton-connector-sdk';
import { ActivityReport, type ActivityReportOptions } from './activity-report.ts';

/**
 * A sync requests one report. Its id travels in page tokens, and is in the session store where there is one: a process
 * that did not request it finds it there, so that several processes can serve a sync, which survives any of them.
 */
export class ActivityReports {
  readonly #options: ActivityReportOptions;
  readonly #own: ActivityReport;
  /** Reports that page tokens name, by id. */
  readonly #others = new Map<string, ActivityReport>();

  constructor(options: ActivityReportOptions) {
    this.#options = options;
    this.#own = new ActivityReport(options);
  }

  /**
   * The report with an id; without one the sync's own. It is loading, or loaded. If it failed, it is tried again: by its
   * id, since Percipio may only have been unavailable, or as a new one if Percipio lost it.
   * @param session - Of the sync.
   */
  get(id: string | undefined, session?: SessionStore): ActivityReport {
    const report = id === undefined || id === this.#own.id ? this.#own : this.#other(id);
    report.begin(id, session);
    return report;
  }

  /** Requests the sync's own report before anybody needs it. */
  async prefetch(signal: AbortSignal): Promise<void> {
    await this.#own.prefetch(signal);
  }

  /** Stops all reports that are loading. */
  close(): void {
    this.#own.close();
    for (const report of this.#others.values()) {
      report.close();
    }
  }

  #other(id: string): ActivityReport {
    const report = this.#others.get(id) ?? new ActivityReport(this.#options);
    this.#others.set(id, report);
    return report;
  }
}
