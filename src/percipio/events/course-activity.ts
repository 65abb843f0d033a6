// The feed of who used which course and who completed it. docs/events.md reasons why it passes nothing over.

import {
  Code,
  type Context,
  type EventFeed,
  type EventsPage,
  type EventsRequest,
  eventFeed,
  ServiceError,
} from 'baton-connector-sdk';
import { EventType } from '#gen/c1/connector/v2/event_feed_pb.js';
import type { PercipioContext } from '../context.ts';
import { lostReportError } from '../report/request-report.ts';
import { asService } from '../service-errors.ts';
import type { ConnectorTiming } from '../timing.ts';
import { toActivityEvent } from './activity-event.ts';
import {
  type ActivityCursor,
  activityCursorSchema,
  behindReport,
  type CurrentReport,
  firstActivityCursor,
  nextWindowEnd,
} from './activity-window.ts';
import { FeedReports } from './feed-reports.ts';
import { firstEventMs } from './first-event.ts';
import type { RecentActivity } from './read-recent-activity.ts';
import { type ActivityList, hasActivity } from './recent-activity.ts';
import { SyncedThingsReader } from './synced-things.ts';

export const courseActivityFeedId = 'percipio_course_activity';

/** A completion may bear a date alone, and so seem up to a day older than it is. */
const dayMs = 24 * 3_600_000;

export interface CourseActivityOptions {
  readonly percipio: PercipioContext;
  readonly timing: Pick<ConnectorTiming, 'now' | 'reportWaitMs' | 'reportPollMinMs' | 'reportPollMaxMs'>;
  /** How long Percipio may take to make a report, until another one is requested. */
  readonly reportTimeoutMs: number;
}

export function createCourseActivityFeed(options: CourseActivityOptions): EventFeed {
  const feed = new CourseActivityFeed(options);
  return eventFeed(
    { id: courseActivityFeedId, supportedEventTypes: [EventType.USAGE, EventType.CREATE_GRANT] },
    activityCursorSchema,
    (request, cursor, context) => feed.read(request, cursor, context),
  );
}

/** A report that is being told; without activity as long as it is being made. */
interface Telling {
  readonly report: CurrentReport;
  readonly activity: RecentActivity | undefined;
}

class CourseActivityFeed {
  readonly #options: CourseActivityOptions;
  readonly #reports: FeedReports;
  readonly #synced: SyncedThingsReader;

  constructor(options: CourseActivityOptions) {
    this.#options = options;
    this.#reports = new FeedReports(() => options.percipio.client().reports, options.timing);
    this.#synced = new SyncedThingsReader(options.percipio);
  }

  async read(
    { startAt, pageSize }: EventsRequest,
    given: ActivityCursor | undefined,
    context: Context,
  ): Promise<EventsPage<ActivityCursor>> {
    const cursor = given ?? firstActivityCursor(firstEventMs(startAt, this.#options.timing.now()));
    const telling = await asService(context.signal, () => this.#findReport(cursor, context));
    if (!telling) {
      return { events: [], cursor, hasMore: false };
    }
    const { report, activity } = telling;
    if (!activity) {
      return { events: [], cursor: { ...cursor, report }, hasMore: false };
    }
    if (report.read === 0 && activity.unreadableRows > 0) {
      const reason = 'activity rows without a course, a user or a last access that can be read';
      context.reporter.countSkipped(reason, activity.unreadableRows);
    }
    const told = await asService(context.signal, () => this.#readTold(cursor, context));
    const { events, read } = await this.#tell(activity.activities, { ...report, told, pageSize }, context);
    if (read < activity.activities.length) {
      return { events, cursor: { ...cursor, report: { ...report, read } }, hasMore: true };
    }
    return { events, ...behindReport(cursor, report) };
  }

  /** The report that the cursor names, or a new one when there is none or it is lost; nothing when none is due. */
  async #findReport(cursor: ActivityCursor, { signal, logger }: Context): Promise<Telling | undefined> {
    const { timing, reportTimeoutMs } = this.#options;
    const known = cursor.report;
    if (known) {
      try {
        const activity = await this.#read(known.id, cursor, signal);
        if (activity || timing.now() < known.requestedAt + reportTimeoutMs) {
          return { report: known, activity };
        }
        logger.warn(
          { report_id: known.id },
          'Percipio has not made the activity report in time; requesting another one',
        );
      } catch (error) {
        if (!lostReportError(error)) throw error;
        logger.warn({ report_id: known.id, error }, 'the activity report is lost; requesting another one');
      }
    }
    const nowMs = timing.now();
    const to = nextWindowEnd(cursor, nowMs);
    if (to === undefined) {
      return undefined;
    }
    const id = await this.#reports.request(new Date(cursor.from), new Date(to), signal);
    const report = { id, to, requestedAt: nowMs, read: 0 };
    try {
      return { report, activity: await this.#read(id, cursor, signal) };
    } catch (cause) {
      const lost = lostReportError(cause);
      if (!lost) throw cause;
      throw new ServiceError(
        Code.FailedPrecondition,
        `${lost.message}. Ask for the events again: that requests another report`,
        { reason: 'percipio_report_failed', cause },
      );
    }
  }

  /** What was told of the report before. When that is lost too, what both have is told again, under the same ids. */
  async #readTold(cursor: ActivityCursor, { signal, logger }: Context): Promise<ActivityList> {
    const id = cursor.previous;
    if (id === undefined) {
      return [];
    }
    try {
      return (await this.#read(id, cursor, signal))?.activities ?? [];
    } catch (error) {
      if (!lostReportError(error)) throw error;
      logger.info({ report_id: id }, 'the activity report before is lost; what both reports have is told again');
      return [];
    }
  }

  #read(reportId: string, { from }: ActivityCursor, signal: AbortSignal): Promise<RecentActivity | undefined> {
    return this.#reports.read(reportId, from - dayMs, signal);
  }

  /** The next events, and how many activities were read up to them. */
  async #tell(
    activities: ActivityList,
    { id, read: from, told, pageSize }: CurrentReport & { readonly told: ActivityList; readonly pageSize: number },
    context: Context,
  ): Promise<{ readonly events: EventsPage<never>['events']; readonly read: number }> {
    const events: EventsPage<never>['events'][number][] = [];
    let read = from;
    for (const activity of activities.slice(from)) {
      if (events.length === pageSize) break;
      read += 1;
      if (hasActivity(told, activity)) continue;
      const { userIds, courses } = await this.#synced.behind(id, context);
      const course = courses.get(activity.courseId);
      if (course && userIds.has(activity.userId)) {
        events.push(toActivityEvent(activity, course));
      }
    }
    return { events, read };
  }
}
