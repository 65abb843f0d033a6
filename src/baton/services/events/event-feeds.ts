// The event feeds of a connector by id. Their metadata is checked before any call.
import { create } from '@bufbuild/protobuf';
import { type EventFeedMetadata, EventFeedMetadataSchema, EventType } from '#gen/c1/connector/v2/event_feed_pb.js';
import type { EventFeed } from '../../author/event-feed.ts';
import { Code, ServiceError } from '../../author/service-error.ts';

/** The feed of a request without a feed id (pkg/connectorbuilder/events.go of baton-sdk v0.25.0). */
const legacyFeedId = 'baton_feed_event';

const idBytesMax = 1024;

export interface RegisteredFeed {
  readonly feed: EventFeed;
  readonly metadata: EventFeedMetadata;
}

/** The feeds of a connector by id. */
export class EventFeeds {
  readonly all: readonly RegisteredFeed[];

  /** @throws Error for invalid metadata, which the author of the connector must correct. */
  constructor(feeds: readonly EventFeed[]) {
    this.all = feeds.map((feed) => ({ feed, metadata: create(EventFeedMetadataSchema, feed.metadata) }));
    const seen = new Set<string>();
    for (const { metadata } of this.all) {
      const fault = findFault(metadata) ?? (seen.has(metadata.id) ? 'duplicate id' : undefined);
      if (fault) throw new Error(`event feed ${JSON.stringify(metadata.id)}: ${fault}`);
      seen.add(metadata.id);
    }
  }

  /**
   * @param id - Empty for the only feed of older connectors.
   * @throws ServiceError NOT_FOUND
   */
  get(id: string): RegisteredFeed {
    const feedId = id || legacyFeedId;
    const found = this.all.find(({ metadata }) => metadata.id === feedId);
    if (!found) {
      const known = this.all.map(({ metadata }) => metadata.id).join(', ');
      throw new ServiceError(Code.NotFound, `event feed ${feedId} not found${known ? `; valid feeds: ${known}` : ''}`, {
        reason: 'event_feed_not_found',
      });
    }
    return found;
  }
}

/** The rules of EventFeedMetadata (event_feed.proto of baton-sdk v0.25.0). */
function findFault({ id, supportedEventTypes: types }: EventFeedMetadata): string | undefined {
  if (id === '') return 'it has no id';
  if (Buffer.byteLength(id) > idBytesMax) return `its id has more than ${idBytesMax} bytes`;
  if (new Set(types).size !== types.length) return 'duplicate event type';
  return types.every((type) => EventType[type] !== undefined) ? undefined : 'unknown event type';
}
