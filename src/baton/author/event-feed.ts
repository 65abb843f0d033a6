// Event feeds: what happened in the application since a cursor.
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { z } from 'zod';
import type { EventFeedMetadataSchema, EventSchema } from '#gen/c1/connector/v2/event_feed_pb.js';
import type { Context } from './context.ts';

/** One feed. Made with {@link eventFeed}. */
export interface EventFeed {
  /** Its id, unique in the connector, and the kinds of events that may be in it. */
  readonly metadata: MessageInitShape<typeof EventFeedMetadataSchema> & { readonly id: string };
  /** Checks a cursor that came from outside. Throws a ZodError on one that this feed did not make. */
  parseCursor(cursor: unknown): unknown;
  /**
   * The next events, from the place that `cursor` names (a parsed one), or from `startAt` on. What no message can hold is
   * read again, with a smaller page size.
   */
  read(request: EventsRequest, cursor: unknown, context: Context): Promise<EventsPage<unknown>>;
}

export interface EventsRequest {
  /** No events before this time; only matters without a cursor. */
  readonly startAt: Date | undefined;
  /** How many events the caller would like, 1 to 1000. A page may hold fewer, and never more. */
  readonly pageSize: number;
}

export interface EventsPage<Cursor> {
  readonly events: readonly MessageInitShape<typeof EventSchema>[];
  /**
   * Where to go on, now or much later, in any process. As JSON at most some 3000 bytes: callers refuse cursors above
   * 4096 bytes.
   */
  readonly cursor: Cursor;
  /** Whether there is more at once. */
  readonly hasMore: boolean;
}

/** Declares a feed: what it tells, the schema of its cursor, once, and how it is read on. */
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
