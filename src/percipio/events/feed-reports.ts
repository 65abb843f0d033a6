// The reports of the activity feed: requested, polled, and read once per process.
import type { Context } from 'baton-connector-sdk';
import { pause, type Waits } from 'baton-connector-sdk/http';
import type { ReportsApi } from '../api/reports.ts';
import type { ByteStream } from '../api/response-body.ts';
import { pollBackoffMs, warnOfUnknownStatus } from '../report/poll-report.ts';
import type { ConnectorTiming } from '../timing.ts';
import { type RecentActivity, readRecentActivity } from './recent-activity.ts';

/** The current report, the previous one, and one for another caller of the same feed. */
const cachedMax = 3;

type ReportTiming = Pick<ConnectorTiming, 'reportWaitMs' | 'reportPollMinMs' | 'reportPollMaxMs'>;

type CallContext = Pick<Context, 'signal' | 'logger'>;

/** Caches what it has read recently, for the pages of one report and the comparison with the next one. */
export class FeedReports {
  readonly #reports: () => ReportsApi;
  readonly #contentType: string;
  readonly #timing: ReportTiming;
  readonly #waits: Waits;
  readonly #cached = new Map<string, RecentActivity>();
  readonly #warned = new Set<string>();

  /** @param contentType - The content types whose activity they have, as reports spell them. */
  constructor(reports: () => ReportsApi, contentType: string, timing: ReportTiming, waits: Waits) {
    this.#reports = reports;
    this.#contentType = contentType;
    this.#timing = timing;
    this.#waits = waits;
  }

  /** @returns The id of a new report. */
  async request(start: Date, end: Date, signal: AbortSignal): Promise<string> {
    const request = { start, end, contentType: this.#contentType };
    return (await this.#reports().requestLearningActivity(request, signal)).value.id;
  }

  /**
   * Reads a report, and polls it as long as a call may last.
   * @param completedSinceMs - As for {@link readRecentActivity}.
   * @returns Undefined while Percipio is making it.
   * @throws PercipioError or ReportFormatError
   */
  async read(id: string, completedSinceMs: number, call: CallContext): Promise<RecentActivity | undefined> {
    const cached = this.#cached.get(id);
    if (cached) return cached;
    const body = await this.#waitFor(id, call);
    if (!body) return undefined;
    const activity = await readRecentActivity(body, completedSinceMs);
    this.#remember(id, activity);
    return activity;
  }

  #remember(id: string, activity: RecentActivity): void {
    this.#cached.set(id, activity);
    for (const oldest of this.#cached.keys()) {
      if (this.#cached.size <= cachedMax) break;
      this.#cached.delete(oldest);
    }
  }

  async #waitFor(id: string, { signal, logger }: CallContext): Promise<ByteStream | undefined> {
    const { reportWaitMs, ...timing } = this.#timing;
    const deadlineMs = performance.now() + reportWaitMs;
    const waiting = { what: 'waiting for the activity report', atMostMs: reportWaitMs };
    using shown = this.#waits.begin(waiting);
    for (let polls = 0; ; polls += 1) {
      const poll = await this.#reports().poll(id, signal);
      if (poll.state === 'ready') return poll.body;
      warnOfUnknownStatus(poll, { id, name: 'activity report' }, this.#warned, logger);
      const delayMs = pollBackoffMs(polls, timing);
      if (performance.now() + delayMs > deadlineMs) return undefined;
      shown.update({ ...waiting, state: poll.status, nextCheckMs: delayMs });
      await pause(delayMs, signal);
    }
  }
}
