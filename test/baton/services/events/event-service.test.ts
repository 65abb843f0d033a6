import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Code, createContextValues } from '@connectrpc/connect';
import { z } from 'zod';
import { EventService, EventType } from '#gen/c1/connector/v2/event_feed_pb.js';
import {
  type EventFeed,
  type EventsPage,
  type EventsRequest,
  eventFeed,
} from '../../../../src/baton/author/event-feed.ts';
import { ServiceError } from '../../../../src/baton/author/service-error.ts';
import { createInProcessClient } from '../../../../src/baton/client/in-process-client.ts';
import { responseMaxBytesKey } from '../../../../src/baton/services/call-context.ts';
import { createConnectorServices } from '../../../../src/baton/services/connector-services.ts';
import { createLibrary } from '../../library-connector.ts';

interface Position {
  readonly after: number;
}

const position = z.strictObject({ after: z.int().min(0) });

interface Asked extends EventsRequest {
  readonly cursor: Position | undefined;
}

/** A feed of numbered events, which notes what it is asked. */
function loans(asked: Asked[] = [], { id = 'loans', total = 5, idLength = 0 } = {}): EventFeed {
  return eventFeed({ id, supportedEventTypes: [EventType.USAGE] }, position, async (request, cursor) => {
    asked.push({ ...request, cursor });
    const begin = cursor?.after ?? 0;
    const end = Math.min(total, begin + request.pageSize);
    const events = Array.from({ length: end - begin }, (_, index) => ({
      id: String(begin + index + 1).padStart(idLength, '0'),
    }));
    return { events, cursor: { after: end }, hasMore: end < total };
  });
}

const answering = (page: EventsPage<unknown>): EventFeed =>
  eventFeed({ id: 'loans' }, z.unknown(), async () => page as EventsPage<never>);

function clientOf(eventFeeds: readonly EventFeed[], maxBytes = Number.POSITIVE_INFINITY) {
  const services = createConnectorServices(
    { ...createLibrary().connector, eventFeeds },
    { provisioning: false, ticketing: false },
  );
  return createInProcessClient(EventService, services, {
    contextValues: createContextValues().set(responseMaxBytesKey, maxBytes),
    signal: new AbortController().signal,
  });
}

const failsWith = (code: Code, message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof ServiceError);
  assert.equal(Code[error.code], Code[code]);
  assert.match(error.rawMessage, message);
  return true;
};

test('ListEventFeeds answers what the feeds say of themselves', async () => {
  const { list } = await clientOf([loans(), loans([], { id: 'fines' })]).listEventFeeds({});
  assert.deepEqual(
    list.map(({ id, supportedEventTypes }) => [id, supportedEventTypes]),
    [
      ['loans', [EventType.USAGE]],
      ['fines', [EventType.USAGE]],
    ],
  );
});

test('ListEvents goes through a feed by its cursors, and the last cursor leads on later', async () => {
  const client = clientOf([loans()]);
  const ids: string[] = [];
  let cursor = '';
  for (let hasMore = true; hasMore; ) {
    const page = await client.listEvents({ eventFeedId: 'loans', pageSize: 2, cursor });
    ids.push(...page.events.map(({ id }) => id));
    ({ cursor, hasMore } = page);
  }
  assert.deepEqual(ids, ['1', '2', '3', '4', '5']);
  const later = await clientOf([loans([], { total: 6 })]).listEvents({ eventFeedId: 'loans', cursor });
  assert.deepEqual(
    later.events.map(({ id }) => id),
    ['6'],
  );
});

test('a feed is asked for the time, the page size and the cursor of the caller', async () => {
  const asked: Asked[] = [];
  const client = clientOf([loans(asked)]);
  const startAt = new Date('2026-03-01T00:00:00Z');
  const { cursor } = await client.listEvents({
    eventFeedId: 'loans',
    startAt: timestampFromDate(startAt),
    pageSize: 2,
  });
  await client.listEvents({ eventFeedId: 'loans', cursor });
  assert.deepEqual(asked, [
    { startAt, pageSize: 2, cursor: undefined },
    { startAt: undefined, pageSize: 100, cursor: { after: 2 } },
  ]);
});

test('an unknown feed is NOT_FOUND, and an empty id means that of older connectors', async () => {
  const unknown = clientOf([loans()]).listEvents({ eventFeedId: 'loan' });
  await assert.rejects(unknown, failsWith(Code.NotFound, /^event feed loan not found; valid feeds: loans$/));
  await assert.rejects(clientOf([loans()]).listEvents({}), failsWith(Code.NotFound, /^event feed baton_feed_event /));
  const legacy = await clientOf([loans([], { id: 'baton_feed_event' })]).listEvents({});
  assert.equal(legacy.events.length, 5);
});

test('a cursor that is none, or of another feed, or not of the form of its own, is INVALID_ARGUMENT', async () => {
  const client = clientOf([loans(), loans([], { id: 'fines' })]);
  const { cursor } = await client.listEvents({ eventFeedId: 'fines', pageSize: 2 });
  const otherForm = await clientOf([answering({ events: [], cursor: { since: 1 }, hasMore: false })]).listEvents({
    eventFeedId: 'loans',
  });
  for (const text of ['nonsense', cursor, otherForm.cursor]) {
    await assert.rejects(
      client.listEvents({ eventFeedId: 'loans', cursor: text }),
      failsWith(
        Code.InvalidArgument,
        /^cursor: ".*" was not issued by event feed loans: send the cursor from a previous response/,
      ),
    );
  }
  assert.equal((await client.listEvents({ eventFeedId: 'fines', cursor })).events.length, 3);
});

test('a cursor that callers would refuse is INTERNAL', async () => {
  const page = (length: number) => ({ events: [], cursor: 'x'.repeat(length), hasMore: false });
  const { cursor } = await clientOf([answering(page(3000))]).listEvents({ eventFeedId: 'loans' });
  assert.ok(cursor.length <= 4096);
  const call = clientOf([answering(page(3100))]).listEvents({ eventFeedId: 'loans' });
  await assert.rejects(
    call,
    failsWith(Code.Internal, /^event feed loans: the cursor has \d+ bytes, and callers accept at most 4096/),
  );
});

test('a feed that has more and does not move on is INTERNAL, and one that has nothing more is not', async () => {
  const { cursor } = await clientOf([answering({ events: [], cursor: 7, hasMore: true })]).listEvents({
    eventFeedId: 'loans',
  });
  const again = clientOf([answering({ events: [], cursor: 7, hasMore: true })]).listEvents({
    eventFeedId: 'loans',
    cursor,
  });
  await assert.rejects(again, failsWith(Code.Internal, /cursor unchanged with more events/));
  const quiet = clientOf([answering({ events: [], cursor: 7, hasMore: false })]);
  assert.equal((await quiet.listEvents({ eventFeedId: 'loans', cursor })).cursor, cursor);
});

test('a feed that answers more events than asked for is INTERNAL', async () => {
  const call = clientOf([answering({ events: [{}, {}], cursor: 1, hasMore: false })]).listEvents({
    eventFeedId: 'loans',
    pageSize: 1,
  });
  await assert.rejects(call, failsWith(Code.Internal, /returned 2 events for a page size of 1/));
});

test('a page that no message can hold is asked for again, shorter, and nothing is skipped', async () => {
  const asked: Asked[] = [];
  const client = clientOf([loans(asked, { idLength: 100 })], 300);
  const first = await client.listEvents({ eventFeedId: 'loans' });
  const second = await client.listEvents({ eventFeedId: 'loans', cursor: first.cursor });
  assert.deepEqual(
    [first, second].map(({ events, hasMore }) => [events.map(({ id }) => Number(id)), hasMore]),
    [
      [[1, 2], true],
      [[3, 4], true],
    ],
  );
  assert.deepEqual(
    asked.map(({ pageSize }) => pageSize),
    [100, 2, 100, 2],
  );
});

test('an event that alone is too large is answered all the same', async () => {
  const client = clientOf([loans([], { idLength: 400, total: 2 })], 250);
  const { events, hasMore } = await client.listEvents({ eventFeedId: 'loans' });
  assert.deepEqual([events.length, hasMore], [1, true]);
});

const named = (id: string, ...supportedEventTypes: EventType[]): EventFeed =>
  eventFeed({ id, supportedEventTypes }, z.unknown(), async () => ({ events: [], cursor: 0 as never, hasMore: false }));

for (const [what, feeds, message] of [
  ['two feeds of one id', [named('a'), named('a')], /event feed "a": duplicate id/],
  ['a feed without an id', [named('')], /event feed "": it has no id/],
  ['a feed with an id that is too long', [named('é'.repeat(513))], /its id has more than 1024 bytes/],
  ['a feed that names a type twice', [named('a', EventType.USAGE, EventType.USAGE)], /duplicate event type/],
  ['a feed of a type that there is not', [named('a', 2 as EventType)], /unknown event type/],
] as const) {
  test(`${what}: the connector does not start`, () => {
    assert.throws(() => clientOf(feeds), message);
  });
}
