import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { Code, type ConnectError } from '@connectrpc/connect';
import { pino } from 'pino';
import { EventType } from '#gen/c1/connector/v2/event_feed_pb.js';
import { courseActivityFeedId } from '../../../src/percipio/events/course-activity.ts';
import type { PercipioSimulatorOptions } from '../../../src/simulator/percipio/simulator-options.ts';
import { READY_AT_ONCE } from '../../simulator/percipio/start-simulator.ts';
import { courseItem, createContext, type StartOptions, startConnector, uuid } from '../start-connector.ts';
import { type Clock, decodeCursor, FeedReader, hourMs, minuteMs, openEvents, startWithClock } from './feed-reader.ts';

const requestPath = /report-requests\/learning-activity$/;
const pollPath = /report-requests\/(?!learning)/;
const dayMs = 24 * hourMs;

const [course, otherCourse, unknownCourse] = [uuid(100), uuid(101), uuid(109)];
const [user, otherUser, unknownUser] = [uuid(1), uuid(2), uuid(9)];

/** Two users and two courses, without any activity, and a caller that begins an hour ago. */
async function start(t: TestContext, options: PercipioSimulatorOptions = {}, connector: StartOptions = {}) {
  const { simulator, clock } = await startWithClock(t, options);
  simulator.data.users = [{ id: user }, { id: otherUser }];
  simulator.data.courses = [courseItem(course, 'Welding'), courseItem(otherCourse)];
  const open = () => openEvents(t, simulator, { ...connector, clock });
  const reader = new FeedReader(courseActivityFeedId, new Date(clock.nowMs - hourMs));
  const use = (userId: string, contentId: string, status = 'Started', agoMs = 0) =>
    simulator.addActivity({ userId, contentId, status, lastAccess: new Date(clock.nowMs - agoMs) });
  return { simulator, clock, open, events: open(), reader, use };
}

/** The id of the event of a use. */
function useId(clock: Clock, userId: string, courseId: string, agoMs = 0): string {
  return `course:${courseId}:user:${userId}:${new Date(clock.nowMs - agoMs).toISOString()}`;
}

test('the feed of activity announces usage and new grants', async (t) => {
  const { events } = await start(t);
  const { list } = await events.listEventFeeds({});
  const feed = list.find(({ id }) => id === courseActivityFeedId);
  assert.deepEqual(feed?.supportedEventTypes, [EventType.USAGE, EventType.CREATE_GRANT]);
});

test('a person at a course is a usage event, with the course, the person and the time', async (t) => {
  const { clock, events, reader, use } = await start(t);
  use(user, course, 'Started', minuteMs);
  assert.deepEqual(await reader.drain(events), [useId(clock, user, course, minuteMs)]);
  const [event] = reader.events;
  assert.deepEqual(event?.occurredAt && timestampDate(event.occurredAt), new Date(clock.nowMs - minuteMs));
  assert.equal(event?.event.case, 'usageEvent');
  const { targetResource, actorResource } = event.event.value;
  assert.deepEqual([targetResource?.id?.resourceType, targetResource?.id?.resource], ['course', course]);
  assert.equal(targetResource?.displayName, 'Welding');
  assert.deepEqual([actorResource?.id?.resourceType, actorResource?.id?.resource], ['user', user]);
});

test('a course that was completed is the grant too that a sync would tell', async (t) => {
  const { clock, events, reader, use } = await start(t);
  use(user, course, 'aChieved', minuteMs);
  const at = new Date(clock.nowMs - minuteMs).toISOString();
  assert.deepEqual(await reader.drain(events), [
    `course:${course}:completed:user:${user}:${at}`,
    useId(clock, user, course, minuteMs),
  ]);
  const grant = reader.events[0]?.event;
  assert.equal(grant?.case, 'createGrantEvent');
  assert.equal(grant.value.entitlement?.id, `course:${course}:completed`);
  assert.equal(grant.value.entitlement?.resource?.id?.resource, course);
  assert.equal(grant.value.principal?.id?.resource, user);
});

test('a course that was completed long ago and is opened again is no new grant', async (t) => {
  const { simulator, clock, events, reader } = await start(t);
  const completedDate = new Date(clock.nowMs - 3 * dayMs);
  simulator.addActivity({ userId: user, contentId: course, status: 'Completed', completedDate });
  assert.deepEqual(await reader.drain(events), [useId(clock, user, course)]);
});

test('users and courses that a sync does not have are not told', async (t) => {
  const { clock, events, reader, use, simulator } = await start(t);
  simulator.data.courses.push({ ...courseItem(uuid(102)), lifecycle: { status: 'INACTIVE' } });
  use(unknownUser, course);
  use(user, unknownCourse);
  use(user, uuid(102));
  use(otherUser, otherCourse);
  assert.deepEqual(await reader.drain(events), [useId(clock, otherUser, otherCourse)]);
});

test('with limited courses, only those are told', async (t) => {
  const { clock, events, reader, use } = await start(t, {}, { settings: { 'limited-courses': [otherCourse] } });
  use(user, course);
  use(user, otherCourse);
  assert.deepEqual(await reader.drain(events), [useId(clock, user, otherCourse)]);
});

test('a user and a course that came just before the report are told, though lists were read before', async (t) => {
  const { simulator, clock, events, reader, use } = await start(t);
  use(user, course);
  await reader.drain(events);
  clock.pass(hourMs);
  simulator.data.users.push({ id: uuid(3) });
  simulator.data.courses.push(courseItem(uuid(103)));
  use(uuid(3), uuid(103));
  assert.deepEqual(await reader.drain(events), [useId(clock, uuid(3), uuid(103))]);
});

test('rows that cannot be read tell nothing, and are counted once', async (t) => {
  const { simulator, clock, events, reader } = await start(t);
  const at = new Date(clock.nowMs).toISOString();
  const rows = [
    { contentUuid: course, userUuid: user, status: 'Started', lastAccess: 'yesterday' },
    { contentUuid: course, status: 'Started', lastAccess: at },
    { contentUuid: '', userUuid: user, status: 'Started', lastAccess: at },
    { contentUuid: course, userUuid: user, lastAccess: at.replace('T', ' ').replace('Z', '') },
  ];
  simulator.setReport('next', JSON.stringify(rows));
  assert.deepEqual(await reader.drain(events), [useId(clock, user, course)]);

  const { connector } = startConnector(t, simulator, { timing: { now: clock.now } });
  const feed = connector.eventFeeds?.find(({ metadata }) => metadata.id === courseActivityFeedId);
  const { context, told } = createContext();
  const more = Array.from({ length: 2 }, (_, index) => ({ ...rows[3], lastAccess: `2026-01-05T11:0${index}` }));
  simulator.setReport('next', JSON.stringify([...rows, ...more]));
  const request = { startAt: undefined, pageSize: 2 };
  const { cursor } = (await feed?.read(request, undefined, context)) ?? assert.fail();
  await feed?.read(request, cursor, context);
  assert.equal(told.skipped['activity rows without a readable course, user or last access'], 3);
});

test('rows of one person and course are an event for each time, and one for equal times', async (t) => {
  const { clock, events, reader, use } = await start(t);
  for (const agoMs of [0, 0, minuteMs]) use(user, course, 'Started', agoMs);
  assert.deepEqual(await reader.drain(events), [useId(clock, user, course, minuteMs), useId(clock, user, course)]);
});

test('while the report is being made there are no events, and the cursor goes on to it in any process', async (t) => {
  const { simulator, clock, open, reader, use } = await start(
    t,
    { reportPolls: { pending: 2, inProgress: 2 } },
    { timing: { reportWaitMs: 0 } },
  );
  use(user, course);
  for (let call = 0; call < 4; call += 1) {
    const { events, hasMore } = await reader.next(open());
    assert.deepEqual([events.length, hasMore], [0, false]);
  }
  assert.deepEqual(await reader.drain(open()), [useId(clock, user, course)]);
  assert.equal(simulator.requests.of({ path: requestPath }).length, 1);
});

test('a report is about a period and never about a time frame, and the next one begins before its end', async (t) => {
  const { simulator, clock, events } = await start(t, READY_AT_ONCE);
  const reader = new FeedReader(courseActivityFeedId, new Date(clock.nowMs - 3 * dayMs));
  const begin = clock.nowMs;
  await reader.drain(events);
  clock.pass(hourMs);
  await reader.drain(events);
  const periods = simulator.requests.of({ path: requestPath }).map(({ body }) => body as Record<string, string>);
  const iso = (ms: number) => new Date(ms).toISOString();
  const others = { contentType: 'Course,Assessment', isFileRequiredInSftp: false, formatType: 'JSON' };
  assert.deepEqual(periods, [
    { start: iso(begin - 3 * dayMs), end: iso(begin), ...others },
    { start: iso(begin - 25 * hourMs), end: iso(begin + hourMs), ...others },
  ]);
});

test('the next report is requested after a quarter of an hour, whoever asks before', async (t) => {
  const { simulator, clock, events, reader, use } = await start(t, READY_AT_ONCE);
  await reader.drain(events);
  use(user, course);
  clock.pass(14 * minuteMs);
  assert.deepEqual(await reader.drain(events), []);
  assert.equal(simulator.requests.of({ path: requestPath }).length, 1);
  clock.pass(2 * minuteMs);
  assert.deepEqual(await reader.drain(events), [useId(clock, user, course, 16 * minuteMs)]);
});

test('a long time is reported in months, each told as soon as the one before is', async (t) => {
  const { simulator, clock, events, use } = await start(t, READY_AT_ONCE);
  const agesMs = [100 * dayMs, 70 * dayMs, 69 * dayMs, 40 * dayMs, 10 * dayMs, 0];
  for (const ageMs of agesMs) use(user, course, 'Started', ageMs);
  const reader = new FeedReader(courseActivityFeedId, new Date(clock.nowMs - 100 * dayMs));
  assert.deepEqual(
    await reader.drain(events),
    agesMs.map((ageMs) => useId(clock, user, course, ageMs)),
  );
  assert.equal(simulator.requests.of({ path: requestPath }).length, 4);
});

test('activity that reports have only a day later is told, and nothing of the overlap is told twice', async (t) => {
  const { clock, events, reader, use } = await start(t, READY_AT_ONCE);
  use(user, course, 'Completed');
  await reader.drain(events);
  for (let hour = 0; hour < 24; hour += 1) {
    clock.pass(hourMs);
    await reader.drain(events);
  }
  assert.equal(reader.events.length, 2);
  use(otherUser, course, 'Started', 24 * hourMs);
  assert.deepEqual(await reader.drain(events), []);
  clock.pass(16 * minuteMs);
  assert.deepEqual(await reader.drain(events), [useId(clock, otherUser, course, 24 * hourMs + 16 * minuteMs)]);
});

test('start_at is kept to, though reports overlap', async (t) => {
  const { clock, events, reader, use } = await start(t, READY_AT_ONCE);
  use(user, course, 'Started', 2 * hourMs);
  for (let round = 0; round < 3; round += 1) {
    assert.deepEqual(await reader.drain(events), []);
    clock.pass(hourMs);
  }
  const future = new FeedReader(courseActivityFeedId, new Date(clock.nowMs + hourMs));
  assert.deepEqual(await future.drain(events), []);
});

test('pages of one report are read from it once, and from its id by another process', async (t) => {
  const { simulator, clock, open, reader, use } = await start(t, READY_AT_ONCE);
  const agesMs = Array.from({ length: 25 }, (_, index) => (25 - index) * minuteMs);
  for (const ageMs of agesMs) use(user, course, 'Started', ageMs);
  const [one, other] = [open(), open()];
  const sizes: number[] = [];
  for (const replica of [one, one, other, one, other]) {
    sizes.push((await reader.next(replica, 6)).events.length);
  }
  assert.deepEqual(sizes, [6, 6, 6, 6, 1]);
  assert.deepEqual(
    reader.events.map(({ id }) => id),
    agesMs.map((ageMs) => useId(clock, user, course, ageMs)),
  );
  assert.equal(simulator.requests.of({ path: pollPath }).length, 2);
  assert.equal(simulator.requests.of({ path: requestPath }).length, 1);
});

test('pages of a report that is compared with the one before read each of them once', async (t) => {
  const { simulator, clock, open, reader, use } = await start(t, READY_AT_ONCE);
  use(user, course);
  await reader.drain(open());
  clock.pass(hourMs);
  for (const ageMs of [3, 2, 1]) use(otherUser, course, 'Started', ageMs * minuteMs);
  const polls = () => simulator.requests.of({ path: pollPath }).length;
  const before = polls();
  await reader.drain(open(), 1);
  assert.equal(reader.events.length, 4);
  assert.equal(polls() - before, 2);
});

test('what changes between the pages of a report is told by the next one', async (t) => {
  const { clock, events, reader, use } = await start(t, READY_AT_ONCE);
  for (const ageMs of [5, 4, 3, 2, 1]) use(user, course, 'Started', ageMs * minuteMs);
  await reader.next(events, 2);
  clock.pass(minuteMs);
  use(otherUser, course);
  await reader.drain(events, 2);
  clock.pass(20 * minuteMs);
  assert.deepEqual(await reader.drain(events, 2), [useId(clock, otherUser, course, 20 * minuteMs)]);
});

test('a report that has expired is requested anew for the same time; what was told may come again, under the same ids', async (t) => {
  const { simulator, clock, open, reader, use } = await start(t, READY_AT_ONCE);
  const agesMs = [5, 4, 3, 2, 1].map((minutes) => minutes * minuteMs);
  for (const ageMs of agesMs) use(user, course, 'Started', ageMs);
  const all = agesMs.map((ageMs) => useId(clock, user, course, ageMs));
  await reader.next(open(), 2);
  const { report } = decodeCursor(reader.cursor) as { report: { id: string } };
  simulator.expireReport(report.id);
  clock.pass(minuteMs);
  assert.deepEqual(await reader.drain(open(), 2), all);
  const [first, second] = simulator.requests.of({ path: requestPath }).map(({ body }) => body as { start: string });
  assert.equal(second?.start, first?.start);
});

test('where the report before has expired, what both have comes again under the same ids', async (t) => {
  const { simulator, clock, open, reader, use } = await start(t, READY_AT_ONCE);
  use(user, course);
  const told = await reader.drain(open());
  const { previous } = decodeCursor(reader.cursor) as { previous: string };
  simulator.expireReport(previous);
  clock.pass(hourMs);
  use(otherUser, course);
  assert.deepEqual(await reader.drain(open()), [...told, useId(clock, otherUser, course)]);
});

test('a report that Percipio fails to make is an error, and the next call requests another one', async (t) => {
  const { simulator, clock, open, reader, use } = await start(t, {}, { timing: { reportWaitMs: 0 } });
  use(user, course);
  simulator.failReport('next');
  simulator.failReport('next');
  await reader.next(open());
  await reader.next(open());
  // The first one has failed by now, and another one is requested; when that fails too, so does a call.
  const patient = openEvents(t, simulator, { clock });
  await assert.rejects(reader.next(patient), (error: ConnectError) => {
    assert.equal(error.code, Code.FailedPrecondition);
    assert.match(error.rawMessage, /reported the report status FAILED. Repeat the request for events/);
    return true;
  });
  assert.deepEqual(await reader.drain(patient), [useId(clock, user, course)]);
});

test('a new report whose polls fail for the moment is not lost: the cursor has its id', async (t) => {
  const { simulator, clock, open, reader, use } = await start(t, READY_AT_ONCE);
  use(user, course);
  simulator.faults.add({ kind: 'status', status: 520, times: 4, match: { path: pollPath } });
  const { events, hasMore } = await reader.next(open());
  assert.deepEqual([events.length, hasMore], [0, false]);
  assert.deepEqual(await reader.drain(open()), [useId(clock, user, course)]);
  assert.equal(simulator.requests.of({ path: requestPath }).length, 1);
});

test('a known report whose polls fail for the moment is an error, and the same cursor goes on', async (t) => {
  const { simulator, clock, open, reader, use } = await start(
    t,
    { reportPolls: { pending: 1, inProgress: 0 } },
    { timing: { reportWaitMs: 0 } },
  );
  use(user, course);
  await reader.next(open());
  simulator.faults.add({ kind: 'status', status: 200, body: {}, times: 4, match: { path: pollPath } });
  await assert.rejects(reader.next(open()), (error: ConnectError) => error.code === Code.Unavailable);
  assert.deepEqual(await reader.drain(open()), [useId(clock, user, course)]);
  assert.equal(simulator.requests.of({ path: requestPath }).length, 1);
});

test('a report with an unknown status is waited for, with one warning', async (t) => {
  const warnings: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(JSON.parse(line).status) });
  const reportPolls = { pending: 0, inProgress: 0, unknown: 3 };
  const { simulator, clock, use } = await start(t, { reportPolls });
  use(user, course);
  const { connector } = startConnector(t, simulator, { timing: { now: clock.now } });
  const feed = connector.eventFeeds?.find(({ metadata }) => metadata.id === courseActivityFeedId);
  const { context } = createContext({ logger });
  const page = await feed?.read({ startAt: undefined, pageSize: 2 }, undefined, context);
  assert.deepEqual(
    page?.events.map(({ id }) => id),
    [useId(clock, user, course)],
  );
  assert.deepEqual(warnings, ['QUEUED']);
});

test('a report that is not made in time is given up for another one', async (t) => {
  const { simulator, clock, open, reader, use } = await start(
    t,
    { reportPolls: { pending: 0, inProgress: 0 } },
    { timing: { reportWaitMs: 0 }, settings: { 'report-timeout': 2 * hourMs } },
  );
  use(user, course);
  simulator.faults.add({ kind: 'emptyBody', times: 3, match: { path: pollPath } });
  await reader.next(open());
  clock.pass(hourMs);
  await reader.next(open());
  assert.equal(simulator.requests.of({ path: requestPath }).length, 1);
  clock.pass(hourMs);
  assert.deepEqual(await reader.drain(open()), [useId(clock, user, course, 2 * hourMs)]);
  assert.equal(simulator.requests.of({ path: requestPath }).length, 2);
});

test('a download that breaks fails the call, and the same cursor goes on', async (t) => {
  const { simulator, clock, open, reader, use } = await start(t, READY_AT_ONCE);
  use(user, course);
  simulator.setReport('next', '[{"contentUuid":"a"');
  const events = open();
  await assert.rejects(reader.next(events), (error: ConnectError) => error.code === Code.Unavailable);
  assert.deepEqual(await reader.drain(events), [useId(clock, user, course)]);
});

test('a call that is cancelled while it waits for the report ends at once', async (t) => {
  const { events } = await start(t, { reportPolls: { pending: 1_000_000 } });
  const abort = new AbortController();
  const call = events.listEvents({ eventFeedId: courseActivityFeedId }, { signal: abort.signal });
  setTimeout(() => abort.abort(), 20);
  await assert.rejects(call, (error: ConnectError) => error.code === Code.Canceled);
});

test('a report without news is not compared with lists of users and courses', async (t) => {
  const { simulator, clock, events, reader, use } = await start(t, READY_AT_ONCE);
  use(user, course);
  await reader.drain(events);
  const lists = () => simulator.requests.of({ path: /users$|catalog-content$/ }).length;
  const before = lists();
  clock.pass(hourMs);
  await reader.drain(events);
  assert.equal(lists(), before);
});
