// The learning-activity reports of one sync.
import { ActivityReport, type ActivityReportOptions } from './activity-report.ts';
import { PercipioError } from './api/percipio-error.ts';

/**
 * A sync requests one report. Its id travels in page tokens: a process that did not request it picks it up from there,
 * so that a sync may be served by several processes, and survives any of them.
 */
export class ActivityReports {
  readonly #options: ActivityReportOptions;
  readonly #pickedUp = new Map<string, ActivityReport>();
  #own: ActivityReport | undefined;

  constructor(options: ActivityReportOptions) {
    this.#options = options;
  }

  /**
   * The report with an id; without one the sync's own, which is requested when it is asked for first. One that failed is
   * tried anew, by its id if it has one: Percipio may only have been out of reach.
   */
  get(id: string | undefined): ActivityReport {
    if (id === undefined || id === this.#own?.id) {
      this.#own = this.#renew(this.#own, id);
      return this.#own;
    }
    const report = this.#renew(this.#pickedUp.get(id), id);
    this.#pickedUp.set(id, report);
    return report;
  }

  /** Ends what is under way. */
  close(): void {
    this.#own?.close();
    for (const report of this.#pickedUp.values()) {
      report.close();
    }
  }

  #renew(report: ActivityReport | undefined, id: string | undefined): ActivityReport {
    if (report && report.failure === undefined) {
      return report;
    }
    const isLost = report?.failure instanceof PercipioError && report.failure.kind.startsWith('report-');
    return new ActivityReport(this.#options, id ?? (isLost ? undefined : report?.id));
  }
}
