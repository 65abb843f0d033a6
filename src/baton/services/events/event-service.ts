// EventService: what happened in the application, feed by feed.
import { create, toBinary } from '@bufbuild/protobuf';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import {
  EventService,
  type ListEventsRequest,
  type ListEventsResponse,
  ListEventsResponseSchema,
} from '#gen/c1/connector/v2/event_feed_pb.js';
import type { Context } from '../../author/context.ts';
import type { ErrorReason } from '../../author/error-reasons.ts';
import { Code, ServiceError } from '../../author/service-error.ts';
import { responseMaxBytesKey, toConnectorContext } from '../call-context.ts';
import { type ServiceEntry, serviceEntry } from '../service-entry.ts';
import { decodeEventCursor, encodeEventCursor, invalidEventCursor } from './event-cursor.ts';
import type { EventFeeds, RegisteredFeed } from './event-feeds.ts';

/** The page size if the caller leaves it to the connector: that of the Go runner. */
const pageSizeDefault = 100;

export function createEventService(feeds: EventFeeds): ServiceEntry {
  return serviceEntry(EventService, {
    listEventFeeds: () => ({ list: feeds.all.map(({ metadata }) => metadata) }),
    listEvents: async (request, call) => {
      const registered = feeds.get(request.eventFeedId);
      const context = toConnectorContext(call, '');
      const maxBytes = call.values.get(responseMaxBytesKey);
      const cursor = parseCursor(registered, request.cursor);
      let pageSize = request.pageSize === 0 ? pageSizeDefault : request.pageSize;
      for (;;) {
        const page = await readPage(registered, { ...request, pageSize }, cursor, context);
        const count = page.events.length;
        if (maxBytes === Number.POSITIVE_INFINITY || count <= 1) return page;
        const bytes = toBinary(ListEventsResponseSchema, page).byteLength;
        if (bytes <= maxBytes) return page;
        // Only the feed knows the cursor of a shorter page.
        pageSize = Math.max(1, Math.floor((count * maxBytes) / bytes));
      }
    },
  });
}

function parseCursor({ feed, metadata: { id } }: RegisteredFeed, text: string): unknown {
  const cursor = decodeEventCursor(id, text);
  if (cursor === undefined) return undefined;
  try {
    return feed.parseCursor(cursor);
  } catch (cause) {
    throw invalidEventCursor(id, text, cause);
  }
}

/** @throws ServiceError INTERNAL for too many events, or an unchanged cursor, which would never end */
async function readPage(
  { feed, metadata: { id } }: RegisteredFeed,
  request: ListEventsRequest,
  parsed: unknown,
  context: Context,
): Promise<ListEventsResponse> {
  const { pageSize } = request;
  const startAt = request.startAt && timestampDate(request.startAt);
  const { events, cursor: next, hasMore } = await feed.read({ startAt, pageSize }, parsed, context);
  const fault = (text: string, reason: ErrorReason) =>
    new ServiceError(Code.Internal, `event feed ${id}: ${text} - likely a connector bug`, { reason });
  if (events.length > pageSize) {
    throw fault(`returned ${events.length} events for a page size of ${pageSize}`, 'too_many_events');
  }
  const cursor = encodeEventCursor(id, next);
  if (hasMore && cursor === request.cursor) {
    throw fault('cursor unchanged with more events announced', 'event_cursor_unchanged');
  }
  return create(ListEventsResponseSchema, { events: [...events], cursor, hasMore });
}
