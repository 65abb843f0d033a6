// Checks of event feeds.
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError } from '@connectrpc/connect';
import { Capability } from '#gen/c1/connector/v2/connector_pb.js';
import {
  type EventFeedMetadata,
  EventFeedMetadataSchema,
  EventService,
  ListEventsResponseSchema,
} from '#gen/c1/connector/v2/event_feed_pb.js';
import { type CallCheck, failed, notApplicable, passed } from '../check.ts';
import { describeFailure, describeRequest, quote } from '../describe-call.ts';
import { Findings } from '../findings.ts';
import { expectRefusals, nonexistentName, refusable } from '../refusals.ts';
import { oncePerSession } from '../session.ts';
import { capabilitiesOf, names, noCapabilities } from './capabilities.ts';

const noFeeds = 'the connector has no event feeds';

/** The feeds; empty if the service is not implemented. */
const listFeeds = oncePerSession(async ({ target }): Promise<readonly EventFeedMetadata[]> => {
  try {
    return (await target.call(EventService.method.listEventFeeds, {})).list;
  } catch (error) {
    if (error instanceof ConnectError && error.code === Code.Unimplemented) {
      return [];
    }
    throw error;
  }
});

const eventFeedsAgree: CallCheck = {
  id: 'event-feeds-agree',
  title: 'ListEventFeeds returns feeds if and only if CAPABILITY_EVENT_FEED_V2 is declared',
  judge: async (session) => {
    const capabilities = capabilitiesOf(session);
    if (!capabilities) {
      return notApplicable(noCapabilities);
    }
    const feeds = await listFeeds(session);
    const isNamed = names(capabilities, Capability.EVENT_FEED_V2);
    return isNamed === feeds.length > 0
      ? passed(isNamed ? feeds.map(({ id }) => id).join(', ') : 'none')
      : failed(
          `ListEventFeeds returned ${feeds.length} feeds, but GetMetadata ${isNamed ? 'declares' : 'does not declare'} CAPABILITY_EVENT_FEED_V2`,
        );
  },
};

const eventFeedsValid: CallCheck = {
  id: 'event-feeds-valid',
  title: 'Event feeds have unique ids within the limits, and known event types',
  judge: async (session) => {
    const feeds = await listFeeds(session);
    const findings = new Findings();
    const seen = new Set<string>();
    for (const feed of feeds) {
      const violation =
        session.limits(EventFeedMetadataSchema, feed) ?? (seen.has(feed.id) ? 'id: is a duplicate' : '');
      if (violation) {
        findings.add(`ListEventFeeds returned ${quote(feed.id)} with ${violation}`);
      }
      seen.add(feed.id);
    }
    return feeds.length === 0 ? notApplicable(noFeeds) : findings.result();
  },
};

const lookBackMs = 24 * 3_600_000;
const eventsWanted = 10;

const eventFeedsAnswer: CallCheck = {
  id: 'event-feeds-answer',
  title: 'ListEvents succeeds for each feed, with at most page_size events and a cursor within the limits',
  judge: async (session) => {
    const feeds = await listFeeds(session);
    const findings = new Findings();
    // A feed without an id cannot be requested: an empty id means the feed of older connectors.
    for (const { id: eventFeedId } of feeds.filter(({ id }) => id !== '')) {
      const request = { eventFeedId, pageSize: eventsWanted, startAt: timestampFromMs(Date.now() - lookBackMs) };
      const described = describeRequest(EventService.method.listEvents, { eventFeedId, pageSize: eventsWanted });
      try {
        const response = await session.target.call(EventService.method.listEvents, request);
        const violation = session.limits(ListEventsResponseSchema, response);
        if (violation) {
          findings.add(`${described} returned ${violation}`);
        } else if (response.events.length > eventsWanted) {
          findings.add(`${described} returned ${response.events.length} events`);
        } else if (response.hasMore && response.cursor === '') {
          findings.add(`${described} returned has_more without a cursor to continue from`);
        }
      } catch (error) {
        if (!(error instanceof ConnectError)) {
          throw error;
        }
        findings.add(`${described} failed with ${describeFailure(error)}`);
      }
    }
    return feeds.length === 0 ? notApplicable(noFeeds) : findings.result();
  },
};

const eventFeedUnknown: CallCheck = {
  id: 'event-feed-unknown',
  title: 'ListEvents for a nonexistent feed returns NOT_FOUND, or UNIMPLEMENTED if there are no feeds',
  judge: async (session) => {
    const findings = new Findings();
    const feeds = await listFeeds(session);
    const request = refusable(EventService.method.listEvents, { eventFeedId: nonexistentName });
    const codes = feeds.length > 0 ? [Code.NotFound] : [Code.NotFound, Code.Unimplemented];
    await expectRefusals([request], codes, session, findings);
    return findings.result();
  },
};

const eventLimits: CallCheck = {
  id: 'event-limits',
  title: 'ListEvents rejects a page_size of 1001 and a cursor of more than 4096 bytes with INVALID_ARGUMENT',
  judge: async (session) => {
    const feeds = await listFeeds(session);
    const eventFeedId = feeds[0]?.id ?? '';
    const requests = [
      refusable(EventService.method.listEvents, { eventFeedId, pageSize: 1001 }),
      refusable(EventService.method.listEvents, { eventFeedId, cursor: 'x'.repeat(4097) }),
    ];
    const findings = new Findings();
    await expectRefusals(requests, [Code.InvalidArgument], session, findings);
    return feeds.length === 0 ? notApplicable(noFeeds) : findings.result();
  },
};

export const eventChecks = [eventFeedsAgree, eventFeedsValid, eventFeedsAnswer, eventFeedUnknown, eventLimits];
