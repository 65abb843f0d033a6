// The learning-activity reports of one sync.
import { ServiceError, type SessionStore } from 'baton-connector-sdk';
import { PercipioError } from '../api/percipio-error.ts';
import { ActivityReport, type ActivityReportOptions, requestActivityReport } from './activity-report.ts';
import { SharedReportId } from './shared-report-id.ts';

type Options = Omit<ActivityReportOptions, 'sharedId' | 'takeRequested'>;

/**
 * A sync requests one report. Its id travels in page tokens, and lies in the session store where there is one: a process
 * that did not request it picks it up from there, so that a sync may be served by several processes, and survives any of
 * them.
 */
export class ActivityReports {
  readonly #options: Options;
  readonly #pickedUp = new Map<string, ActivityReport>();
  #own: ActivityReport | undefined;
  #requested: string | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * The report with an id; without one the sync's own, which is requested when it is asked for first. One that failed is
   * tried anew, by its id if it has one: Percipio may only have been out of reach.
   * @param session - Of the sync.
   */
  get(id: string | undefined, session?: SessionStore): ActivityReport {
    if (id === undefined || id === this.#own?.id) {
      this.#own = this.#renew(this.#own, id, session);
      return this.#own;
    }
    const report = this.#renew(this.#pickedUp.get(id), id, session);
    this.#pickedUp.set(id, report);
    return report;
  }

  /** Requests the report of the sync before anybody asks for it. Nothing is done with it until then. */
  async request(signal: AbortSignal): Promise<void> {
    if (this.#own === undefined) {
      this.#requested ??= await requestActivityReport(this.#options, signal);
    }
  }

  /** Ends what is under way. */
  close(): void {
    this.#own?.close();
    for (const report of this.#pickedUp.values()) {
      report.close();
    }
  }

  #renew(
    report: ActivityReport | undefined,
    id: string | undefined,
    session: SessionStore | undefined,
  ): ActivityReport {
    if (report && report.failure === undefined) {
      return report;
    }
    const failure = report?.failure instanceof ServiceError ? report.failure.cause : report?.failure;
    const isLost = failure instanceof PercipioError && failure.kind.startsWith('report-');
    const sharedId = session && new SharedReportId(session, this.#options.logger, isLost ? report?.id : undefined);
    const takeRequested = () => {
      const requested = this.#requested;
      this.#requested = undefined;
      return requested;
    };
    return new ActivityReport({ ...this.#options, sharedId, takeRequested }, id ?? (isLost ? undefined : report?.id));
  }
}
