import { test } from 'node:test';
import { EventService } from '#gen/c1/connector/v2/event_feed_pb.js';
import { Code, ServiceError } from '../../../../src/baton/author/service-error.ts';
import { assertFailed, judgeAddress, testFault } from '../judge-connector.ts';
import { serveLaxly } from '../lax-server.ts';
import { type Changes, changeService } from '../plant-fault.ts';
import { createFullServices } from '../sound-connector.ts';

const withEvents = (changes: Changes<typeof EventService>) => () =>
  changeService(createFullServices(), EventService, () => changes);

testFault(
  'event-feeds-agree: the capability without a feed',
  { 'event-feeds-agree': /returned 0 feeds, but GetMetadata declares CAPABILITY_EVENT_FEED_V2/ },
  withEvents({ listEventFeeds: () => ({}) }),
);
testFault(
  'event-feeds-valid: a feed without an id',
  { 'event-feeds-valid': /ListEventFeeds returned "" with id: / },
  withEvents({ listEventFeeds: () => ({ list: [{ id: 'loans' }, { id: '' }] }) }),
);
testFault(
  'event-feeds-valid: a feed twice',
  { 'event-feeds-valid': /"loans" with id: is a duplicate/ },
  withEvents({ listEventFeeds: () => ({ list: [{ id: 'loans' }, { id: 'loans' }] }) }),
);

const withLoans = (answer: () => object) => () =>
  changeService(createFullServices(), EventService, ({ listEvents }) => ({
    listEvents: (request, context) => (request.eventFeedId === 'loans' ? answer() : listEvents(request, context)),
  }));
testFault(
  'event-feeds-answer: more events than were asked for',
  { 'event-feeds-answer': /ListEvents \{"pageSize":10,"eventFeedId":"loans"\} returned 11 events/ },
  withLoans(() => ({ events: Array.from({ length: 11 }, (_, index) => ({ id: `e${index}` })) })),
);
testFault(
  'event-feeds-answer: a cursor that cannot be sent back',
  { 'event-feeds-answer': /returned cursor: / },
  withLoans(() => ({ cursor: 'x'.repeat(4097) })),
);
testFault(
  'event-feeds-answer: more to come, and no way to it',
  { 'event-feeds-answer': /has_more without a cursor/ },
  withLoans(() => ({ hasMore: true })),
);
testFault(
  'event-feeds-answer: a feed that fails',
  { 'event-feeds-answer': /failed with INTERNAL: planted/ },
  withLoans(() => {
    throw new ServiceError(Code.Internal, 'planted', { reason: 'planted' });
  }),
);

testFault(
  'event-feed-unknown: a feed that does not exist is empty',
  { 'event-feed-unknown': /"baton-harness-no-such-thing"\} succeeded; it must fail with NOT_FOUND/ },
  withEvents({ listEvents: () => ({}) }),
);

test('event-limits: a server that takes any page size', async (t) => {
  const address = await serveLaxly(t, createFullServices(), (request) => {
    if (request.$typeName.includes('ListEventsRequest')) {
      request.pageSize = 0;
    }
  });
  assertFailed(await judgeAddress(t, address), { 'event-limits': /"pageSize":1001.* succeeded/ });
});
