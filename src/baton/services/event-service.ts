// EventService of a connector without event feeds.
import { EventService } from '#gen/c1/connector/v2/event_feed_pb.js';
import { Code, ServiceError } from '../service-error.ts';
import { type ServiceEntry, serviceEntry } from './service-entry.ts';

/** The feed that a request without a feed id means (pkg/connectorbuilder/events.go of baton-sdk v0.25.0). */
const legacyFeedId = 'baton_feed_event';

export function createEventService(): ServiceEntry {
  return serviceEntry(EventService, {
    listEventFeeds: () => ({}),
    listEvents: ({ eventFeedId }) => {
      throw new ServiceError(Code.NotFound, `event feed ${eventFeedId || legacyFeedId} not found`, {
        reason: 'event_feed_not_found',
      });
    },
  });
}
