// Event feeds: what has happened in the application since a cursor.
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { z } from 'zod';
import type { EventFeedMetadataSchema, EventSchema } from '#gen/c1/connector/v2/event_feed_pb.js';
import type { Context } from './context.ts';

/** One feed. Create one with {@link eventFeed}. */
export interface EventFeed {
  /** Its id, unique within the connector, and the kinds of events that it may contain. */
  readonly metadata: MessageInitShape<typeof EventFeedMetadataSchema> & { readonly id: string };
  /** Checks a cursor that came from outside. Throws a ZodError if this feed did not issue it. */
  parseCursor(cursor: unknown): unknown;
  /**
   * The events that follow `cursor` (a parsed one), or that happened since `startAt`. A page that does not fit a message is
   * read again, with a smaller page size.
   */
  read(request: EventsRequest, cursor: unknown, context: Context): Promise<EventsPage<unknown>>;
}

/** What a feed is asked for. */
export interface EventsRequest {
  /** Return no events before this time. Only matters without a cursor. */
  readonly startAt: Date | undefined;
  /** How many events the caller would like, 1 to 1000. A page may hold fewer, never more. */
  readonly pageSize: number;
}

/** The next events of a feed. */
export interface EventsPage<Cursor> {
  readonly events: readonly MessageInitShape<typeof EventSchema>[];
  /**
   * Where to continue, now or much later, in any process. Keep it below 3000 bytes of JSON: callers reject cursors above
   * 4096 bytes.
   */
  readonly cursor: Cursor;
  /** Whether more events are available now. */
  readonly hasMore: boolean;
}

/** Declares a feed: its metadata, the schema of its cursor, and how to read the next events. */
export function eventFeed<Cursor>(
  metadata: EventFeed['metadata'],
  cursor: z.ZodType<Cursor>,
  read: (request: EventsRequest, cursor: Cursor | undefined, context: Context) => Promise<EventsPage<NoInfer<Cursor>>>,
): EventFeed {
  return {
    metadata,
    parseCursor: (raw) => cursor.parse(raw),
    read: (request, parsed, context) => read(request, parsed as Cursor | undefined, context),
  };
}
