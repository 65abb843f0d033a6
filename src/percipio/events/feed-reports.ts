// The reports of the activity feed: requested, waited for, and read once by a process.
import { pause } from 'baton-connector-sdk/http';
import type { ReportsApi } from '../api/reports.ts';
import type { ByteStream } from '../api/response-body.ts';
import type { ConnectorTiming } from '../timing.ts';
import { type RecentActivity, readRecentActivity } from './read-recent-activity.ts';

/** The report that is told, the one before it, and one for another caller of the same feed. */
const keptMax = 3;

export type ReportTiming = Pick<ConnectorTiming, 'reportWaitMs' | 'reportPollMinMs' | 'reportPollMaxMs'>;

/** Keeps what it has read lately: a cache, for pages of one report and for the comparison with the next one. */
export class FeedReports {
  readonly #reports: () => ReportsApi;
  readonly #timing: ReportTiming;
  readonly #kept = new Map<string, RecentActivity>();

  constructor(reports: () => ReportsApi, timing: ReportTiming) {
    this.#reports = reports;
    this.#timing = timing;
  }

  /** @returns The id of a new report. */
  async request(start: Date, end: Date, signal: AbortSignal): Promise<string> {
    return (await this.#reports().requestLearningActivity({ start, end }, signal)).value.id;
  }

  /**
   * Reads a report, and waits for it as long as a call may last.
   * @param completedSinceMs - As for {@link readRecentActivity}.
   * @returns Nothing while it is being made.
   * @throws PercipioError or ReportFormatError
   */
  async read(id: string, completedSinceMs: number, signal: AbortSignal): Promise<RecentActivity | undefined> {
    const kept = this.#kept.get(id);
    if (kept) return kept;
    const body = await this.#waitFor(id, signal);
    if (!body) return undefined;
    const activity = await readRecentActivity(body, completedSinceMs);
    this.#keep(id, activity);
    return activity;
  }

  #keep(id: string, activity: RecentActivity): void {
    this.#kept.set(id, activity);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= keptMax) break;
      this.#kept.delete(oldest);
    }
  }

  async #waitFor(id: string, signal: AbortSignal): Promise<ByteStream | undefined> {
    const { reportWaitMs, reportPollMinMs, reportPollMaxMs } = this.#timing;
    const deadlineMs = performance.now() + reportWaitMs;
    for (let delayMs = reportPollMinMs; ; delayMs = Math.min(delayMs * 2, reportPollMaxMs)) {
      const poll = await this.#reports().poll(id, signal);
      if (poll.state === 'ready') return poll.body;
      if (performance.now() + delayMs > deadlineMs) return undefined;
      await pause(delayMs, signal);
    }
  }
}
