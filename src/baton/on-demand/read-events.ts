// --event-feed true: print the events of a feed as JSON lines.
import { toJson } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { EventSchema, EventService } from '#gen/c1/connector/v2/event_feed_pb.js';
import { UsageError } from '../author/usage-error.ts';
import type { Settings } from '../config/field.ts';
import { eventFeed, eventFeedCursor, eventFeedId, eventFeedStartAt } from '../config/fields/on-demand.ts';
import { parseSwitch } from '../config/parse-switch.ts';
import { annotationRegistry } from '../messages/annotation-registry.ts';
import { escapeControls } from '../net/escape-controls.ts';
import type { JobContext, OnDemandJob } from './on-demand-job.ts';

/** As in the Go runner (pkg/tasks/local and pkg/field of baton-sdk v0.25.0). */
const pageSize = 100;
const lookBackMs = 24 * 3_600_000;

/** As in Go connectors, stdout has only events. The cursor to continue with is printed to stderr. */
export const readEventsJob: OnDemandJob = {
  spanName: 'localEventFeed.Process',
  requestedBy: [eventFeed],
  isChange: false,
  isRequested,
  async run(context) {
    const { settings, host, connect } = context;
    const startAt = timestampFromDate(readStartAt(settings));
    const feedId = settings.get(eventFeedId) ?? (await findOnlyFeed(context));
    let cursor = settings.get(eventFeedCursor) ?? '';
    for (let hasMore = true; hasMore; ) {
      const page = await connect(EventService).listEvents({ eventFeedId: feedId, startAt, cursor, pageSize });
      for (const event of page.events) {
        const json = JSON.stringify(toJson(EventSchema, event, { registry: annotationRegistry }));
        host.stdout.write(`${escapeControls(json)}\n`);
      }
      ({ cursor, hasMore } = page);
    }
    if (!context.isForScripts) host.stderr.write(`Continue with --${eventFeedCursor.name} ${escapeControls(cursor)}\n`);
    return { record: { outcome: 'read', event_feed_id: feedId, cursor }, lines: [] };
  },
};

/** The flag is a string, as in the Go SDK, with the words of a switch. */
function isRequested(settings: Settings): boolean {
  const isOn = parseSwitch(settings.get(eventFeed) ?? 'false');
  if (isOn === undefined) throw new UsageError([`${settings.placeOf(eventFeed)}: must be true or false`]);
  return isOn;
}

/** An empty id means the only feed of older connectors, which newer ones do not have. */
async function findOnlyFeed({ connect }: JobContext): Promise<string> {
  const { list } = await connect(EventService).listEventFeeds({});
  const [first, ...others] = list.map(({ id }) => id);
  if (first !== undefined && others.length > 0) {
    throw new UsageError([`set --${eventFeedId.name} to one of the feeds: ${[first, ...others].join(', ')}`]);
  }
  return first ?? '';
}

const timeForm = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2}))?$/i;

function readStartAt(settings: Settings): Date {
  const text = settings.get(eventFeedStartAt);
  if (text === undefined) return new Date(Date.now() - lookBackMs);
  const time = new Date(text);
  if (!timeForm.test(text) || Number.isNaN(time.getTime())) {
    throw new UsageError([`${settings.placeOf(eventFeedStartAt)}: must be a time such as 2026-01-31T00:00:00Z`]);
  }
  return time;
}
