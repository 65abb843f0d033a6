// The feed of who used which course and who completed it. docs/events.md explains why it misses nothing.
//
// The cursor has the state of the feed's report, so that any process can continue:
//
//   none ── window due: request ──► pending ── poll: ready ──► sending ── all events sent ──► none; it is `previous` now
//    ▲                                 │ lost, or late            │ lost
//    └──── another one is requested ───┴──────────────────────────┘

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
import { lostReportError } from '../report/lost-report.ts';
import { isFailedPoll } from '../report/poll-report.ts';
import { asService } from '../service-errors.ts';
import type { ConnectorTiming } from '../timing.ts';
import { toActivityEvent } from './activity-event.ts';
import {
  type ActivityCursor,
  activityCursorSchema,
  afterReport,
  type CurrentReport,
  firstActivityCursor,
  nextWindowEnd,
} from './activity-window.ts';
import { FeedReports } from './feed-reports.ts';
import { firstEventMs } from './first-event.ts';
import { type ActivityList, hasActivity, type RecentActivity } from './recent-activity.ts';
import { SyncedResourcesReader } from './synced-resources.ts';

export const courseActivityFeedId = 'percipio_course_activity';

/** A completion may have only a date, and so seem up to a day older than it is. */
const dayMs = 24 * 3_600_000;

interface CourseActivityOptions {
  readonly percipio: PercipioContext;
  readonly timing: Pick<ConnectorTiming, 'now' | 'reportWaitMs' | 'reportPollMinMs' | 'reportPollMaxMs'>;
  /** How long Percipio may take to make a report before another one is requested. */
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

/** The current report; without activity while Percipio is making it. */
interface FoundReport {
  readonly report: CurrentReport;
  readonly activity: RecentActivity | undefined;
}

class CourseActivityFeed {
  readonly #options: CourseActivityOptions;
  readonly #reports: FeedReports;
  readonly #synced: SyncedResourcesReader;

  constructor(options: CourseActivityOptions) {
    this.#options = options;
    const { client, content } = options.percipio;
    this.#reports = new FeedReports(
      () => client().reports,
      content.reportFilter,
      options.timing,
      options.percipio.waits,
    );
    this.#synced = new SyncedResourcesReader(options.percipio);
  }

  async read(
    { startAt, pageSize }: EventsRequest,
    given: ActivityCursor | undefined,
    context: Context,
  ): Promise<EventsPage<ActivityCursor>> {
    const cursor = given ?? firstActivityCursor(firstEventMs(startAt, this.#options.timing.now()));
    const found = await asService(context.signal, () => this.#findReport(cursor, context));
    if (!found) {
      return { events: [], cursor, hasMore: false };
    }
    const { report, activity } = found;
    if (!activity) {
      return { events: [], cursor: { ...cursor, report }, hasMore: false };
    }
    if (report.read === 0 && activity.unreadableRows > 0) {
      const reason = 'activity rows without a readable course, user or last access';
      context.reporter.countSkipped(reason, activity.unreadableRows);
    }
    const sent = await asService(context.signal, () => this.#readPrevious(cursor, context));
    const { events, read } = await this.#nextEvents(activity.activities, { ...report, sent, pageSize }, context);
    if (read < activity.activities.length) {
      return { events, cursor: { ...cursor, report: { ...report, read } }, hasMore: true };
    }
    return { events, ...afterReport(cursor, report) };
  }

  /** The report that the cursor names, or a new one if there is none or it is lost; undefined if none is due. */
  async #findReport(cursor: ActivityCursor, context: Context): Promise<FoundReport | undefined> {
    const { signal, logger } = context;
    const { timing, reportTimeoutMs } = this.#options;
    const known = cursor.report;
    if (known) {
      try {
        const activity = await this.#read(known.id, cursor, context);
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
      return { report, activity: await this.#read(id, cursor, context) };
    } catch (cause) {
      if (isFailedPoll(cause)) {
        // An error would lose the report: no cursor has its id yet.
        logger.warn({ report_id: id, error: cause }, 'cannot read the activity report yet');
        return { report, activity: undefined };
      }
      const lost = lostReportError(cause);
      if (!lost) throw cause;
      throw new ServiceError(
        Code.FailedPrecondition,
        `${lost.message}. Repeat the request for events: it requests another report`,
        { reason: 'percipio_report_failed', cause },
      );
    }
  }

  /** The activities of the previous report, which were sent. If it is lost, those in both are sent again under the same ids. */
  async #readPrevious(cursor: ActivityCursor, context: Context): Promise<ActivityList> {
    const id = cursor.previous;
    if (id === undefined) {
      return [];
    }
    try {
      return (await this.#read(id, cursor, context))?.activities ?? [];
    } catch (error) {
      if (!lostReportError(error)) throw error;
      context.logger.info(
        { report_id: id },
        'the previous activity report is lost; sending again what both reports have',
      );
      return [];
    }
  }

  #read(reportId: string, { from }: ActivityCursor, context: Context): Promise<RecentActivity | undefined> {
    return this.#reports.read(reportId, from - dayMs, context);
  }

  /** The next events, and how many activities were read for them. */
  async #nextEvents(
    activities: ActivityList,
    { id, read: from, sent, pageSize }: CurrentReport & { readonly sent: ActivityList; readonly pageSize: number },
    context: Context,
  ): Promise<{ readonly events: EventsPage<never>['events']; readonly read: number }> {
    const events: EventsPage<never>['events'][number][] = [];
    let read = from;
    for (const activity of activities.slice(from)) {
      if (events.length === pageSize) break;
      read += 1;
      if (hasActivity(sent, activity)) continue;
      const { userIds, courses } = await this.#synced.readAfter(id, context);
      const course = courses.get(activity.courseId);
      if (course && userIds.has(activity.userId)) {
        events.push(toActivityEvent(activity, course));
      }
    }
    return { events, read };
  }
}
