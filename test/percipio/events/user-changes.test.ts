import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Code, type ConnectError } from '@connectrpc/connect';
import { EventType } from '#gen/c1/connector/v2/event_feed_pb.js';
import { userChangesFeedId } from '../../../src/percipio/events/user-changes.ts';
import { call, USERS } from '../../simulator/percipio/start-simulator.ts';
import { uuid } from '../start-connector.ts';
import { changeId, changeIn, FeedReader, hourMs, minuteMs, openEvents, startWithClock, userAt } from './feed-reader.ts';

const usersPath = /\/users$/;

test('the feed of users announces resource changes', async (t) => {
  const { simulator } = await startWithClock(t);
  const { list } = await openEvents(t, simulator).listEventFeeds({});
  const feed = list.find(({ id }) => id === userChangesFeedId);
  assert.deepEqual(feed?.supportedEventTypes, [EventType.RESOURCE_CHANGE]);
});

test('a user who is created or changed is told once, with the time of it', async (t) => {
  const { simulator, clock } = await startWithClock(t, { users: 5 });
  const events = openEvents(t, simulator, { clock });
  const reader = new FeedReader(userChangesFeedId);
  assert.deepEqual(await reader.drain(events), []);

  clock.pass(minuteMs);
  const id = simulator.data.users[2]?.id;
  await call(simulator, `${USERS}/${id}`, { method: 'PATCH', body: { firstName: 'Ada' } });
  await call(simulator, USERS, { method: 'POST', body: { externalUserId: 'new' } });
  await reader.drain(events);
  assert.deepEqual(
    reader.events.map(changeIn),
    [
      { user: id, at: clock.nowMs },
      { user: simulator.data.users[5]?.id, at: clock.nowMs },
    ].map(({ user, at }) => ({ user, at: new Date(at) })),
  );
  assert.deepEqual(await reader.drain(events), []);
});

test('the first call begins at start_at, or a day ago; later ones never go back behind it', async (t) => {
  const { simulator, clock } = await startWithClock(t);
  const agesMs = [25 * hourMs, 23 * hourMs, 2 * hourMs, 3 * minuteMs, minuteMs];
  simulator.data.users = agesMs.map((ageMs, index) => userAt(index, clock.nowMs - ageMs));
  const events = openEvents(t, simulator, { clock });
  const told = async (startAt?: Date) => {
    const reader = new FeedReader(userChangesFeedId, startAt);
    for (let round = 0; round < 3; round += 1) {
      await reader.drain(events);
      clock.pass(1000);
    }
    return reader.events.map((event) => changeIn(event).user);
  };
  assert.deepEqual(await told(), [1, 2, 3, 4].map(uuid));
  assert.deepEqual(await told(new Date(clock.nowMs - 2 * minuteMs)), [uuid(4)]);
  assert.deepEqual(await told(new Date(clock.nowMs + hourMs)), []);
});

test('a change at the very time at which a round began is told, whether before or behind it', async (t) => {
  const { simulator, clock } = await startWithClock(t);
  const atMs = clock.nowMs;
  simulator.data.users = [userAt(0, atMs)];
  const events = openEvents(t, simulator, { clock });
  const reader = new FeedReader(userChangesFeedId);
  assert.deepEqual(await reader.drain(events), [changeId(0, atMs)]);
  simulator.data.users.push(userAt(1, atMs));
  assert.deepEqual(await reader.drain(events), [changeId(1, atMs)]);
  clock.pass(hourMs);
  assert.deepEqual(await reader.drain(events), []);
});

test('a change that can be seen only four minutes after its time is told', async (t) => {
  const { simulator, clock } = await startWithClock(t);
  const events = openEvents(t, simulator, { clock });
  const reader = new FeedReader(userChangesFeedId);
  await reader.drain(events);
  clock.pass(10 * minuteMs);
  await reader.drain(events);
  simulator.data.users = [userAt(0, clock.nowMs - 4 * minuteMs)];
  assert.deepEqual(await reader.drain(events), [changeId(0, clock.nowMs - 4 * minuteMs)]);
});

for (const [wrongByMs, how] of [
  [10 * minuteMs, 'ten minutes ahead'],
  [-10 * minuteMs, 'ten minutes behind'],
  [-10 * hourMs, 'ten hours behind'],
  [10 * hourMs, 'ten hours ahead'],
] as const) {
  test(`a clock of this machine that is ${how} passes no change over, and repeats none`, async (t) => {
    const { simulator, clock } = await startWithClock(t);
    const events = openEvents(t, simulator, { clock: { now: () => clock.nowMs + wrongByMs } });
    const reader = new FeedReader(userChangesFeedId, new Date(clock.nowMs));
    const changed: string[] = [];
    for (let round = 0; round < 20; round += 1) {
      await reader.drain(events);
      clock.pass(2 * minuteMs);
      simulator.data.users.push(userAt(round, clock.nowMs));
      changed.push(changeId(round, clock.nowMs));
    }
    await reader.drain(events);
    assert.deepEqual(
      reader.events.map(({ id }) => id),
      changed,
    );
  });
}

test('where Percipio does not tell the time, a clock that is ten minutes ahead passes no change over', async (t) => {
  const { simulator, clock } = await startWithClock(t);
  const events = openEvents(t, simulator, { clock: { now: () => clock.nowMs + 10 * minuteMs } });
  const reader = new FeedReader(userChangesFeedId);
  const headers = { date: 'unknown', 'x-total-count': '0' };
  simulator.faults.add({ kind: 'status', status: 200, headers, body: [], match: { path: usersPath } });
  assert.deepEqual(await reader.drain(events), []);
  clock.pass(minuteMs);
  simulator.data.users = [userAt(0, clock.nowMs)];
  assert.deepEqual(await reader.drain(events), [changeId(0, clock.nowMs)]);
});

test('5,000 users changed at the same time are all told; while they may come again, under the same ids', async (t) => {
  const { simulator, clock } = await startWithClock(t);
  const atMs = clock.nowMs - minuteMs;
  simulator.data.users = Array.from({ length: 5000 }, (_, index) => userAt(index, atMs));
  const all = simulator.data.users.map((_, index) => changeId(index, atMs));
  const events = openEvents(t, simulator, { clock });
  const reader = new FeedReader(userChangesFeedId);
  assert.deepEqual(await reader.drain(events), all);

  clock.pass(minuteMs);
  simulator.data.users.push(userAt(5000, clock.nowMs));
  const again = await reader.drain(events);
  assert.ok(again.includes(changeId(5000, clock.nowMs)));
  assert.equal(again.length, 5001 - 300);
  assert.equal(new Set([...all, ...again]).size, 5001);

  clock.pass(20 * minuteMs);
  await reader.drain(events);
  clock.pass(minuteMs);
  assert.deepEqual(await reader.drain(events), []);
});

test('a page holds no more events than asked for, and asks Percipio for few users beyond', async (t) => {
  const { simulator, clock } = await startWithClock(t);
  simulator.data.users = Array.from({ length: 250 }, (_, index) => userAt(index, clock.nowMs - hourMs));
  const events = openEvents(t, simulator, { clock });
  const reader = new FeedReader(userChangesFeedId);
  const sizes: number[] = [];
  for (let hasMore = true; hasMore; ) {
    const page = await reader.next(events, 100);
    sizes.push(page.events.length);
    hasMore = page.hasMore;
  }
  assert.deepEqual(sizes, [100, 100, 50]);
  assert.deepEqual(
    simulator.requests.of({ path: usersPath }).map(({ query }) => [query.offset, query.max]),
    [
      ['0', '100'],
      ['92', '108'],
      ['192', '108'],
    ],
  );
  assert.equal(new Set(reader.events.map(({ id }) => id)).size, 250);
});

test('a cursor keeps to what callers take, whatever it has to remember', async (t) => {
  const { simulator, clock } = await startWithClock(t);
  simulator.data.users = Array.from({ length: 3000 }, (_, index) => userAt(index, clock.nowMs));
  const events = openEvents(t, simulator, { clock });
  const reader = new FeedReader(userChangesFeedId);
  for (let page = 0; page < 6; page += 1) {
    await reader.next(events, 450);
    const bytes = Buffer.from(reader.cursor, 'base64url').byteLength;
    assert.ok(bytes <= 3000, `${bytes} bytes`);
    assert.ok(reader.cursor.length <= 4096);
  }
});

test('any replica goes on in the middle of a round', async (t) => {
  const { simulator, clock } = await startWithClock(t);
  simulator.data.users = Array.from({ length: 95 }, (_, index) => userAt(index, clock.nowMs));
  const replicas = [openEvents(t, simulator, { clock }), openEvents(t, simulator, { clock })] as const;
  const reader = new FeedReader(userChangesFeedId);
  for (let page = 0; page < 30; page += 1) {
    await reader.next(replicas[page % 2 === 0 ? 0 : 1], 10);
    clock.pass(1000);
  }
  assert.deepEqual(
    reader.events.map((event) => changeIn(event).user),
    simulator.data.users.map(({ id }) => id),
  );
});

test('a call that fails changes nothing: the same cursor goes on', async (t) => {
  const { simulator, clock } = await startWithClock(t);
  simulator.data.users = Array.from({ length: 20 }, (_, index) => userAt(index, clock.nowMs));
  const events = openEvents(t, simulator, { clock });
  const reader = new FeedReader(userChangesFeedId);
  await reader.next(events, 10);
  simulator.faults.add({ kind: 'status', status: 403, match: { path: usersPath } });
  await assert.rejects(reader.next(events, 10), (error: ConnectError) => error.code === Code.PermissionDenied);
  simulator.faults.add({ kind: 'truncate', match: { path: usersPath } });
  await reader.drain(events);
  assert.equal(new Set(reader.events.map(({ id }) => id)).size, 20);
  assert.equal(reader.events.length, 20);
});

test('a user whose time of change Percipio does not tell is told once for each state', async (t) => {
  const { simulator, clock } = await startWithClock(t);
  const events = openEvents(t, simulator, { clock });
  const reader = new FeedReader(userChangesFeedId);
  const readWith = async (user: object) => {
    const headers = { 'x-total-count': '1' };
    simulator.faults.add({ kind: 'status', status: 200, headers, body: [user], match: { path: usersPath } });
    return await reader.drain(events);
  };
  const [first] = await readWith({ id: uuid(1), updatedAt: null, firstName: 'Ada' });
  assert.match(first ?? '', new RegExp(`^user:${uuid(1)}:[\\w-]{43}$`));
  assert.deepEqual(reader.events.map(changeIn), [{ user: uuid(1), at: new Date(clock.nowMs) }]);
  assert.deepEqual(await readWith({ id: uuid(1), updatedAt: null, firstName: 'Ada' }), []);
  const [second] = await readWith({ id: uuid(1), updatedAt: null, firstName: 'Grace' });
  assert.notEqual(second, first);
  assert.deepEqual(await readWith({ id: uuid(1), updatedAt: 'a while ago' }), [`user:${uuid(1)}:a while ago`]);
});

test('a list that does not tell how many there are is read to its end', async (t) => {
  const { simulator, clock } = await startWithClock(t);
  const users = Array.from({ length: 25 }, (_, index) => userAt(index, clock.nowMs));
  const events = openEvents(t, simulator, { clock });
  const reader = new FeedReader(userChangesFeedId);
  for (const [offset, max] of [
    [0, 20],
    [12, 48],
    [17, 53],
  ] as const) {
    const body = users.slice(offset, offset + max);
    simulator.faults.add({ kind: 'status', status: 200, body, match: { path: new RegExp(`offset=${offset}&`) } });
  }
  await reader.drain(events, 20);
  assert.deepEqual(
    reader.events.map((event) => changeIn(event).user),
    users.map(({ id }) => id),
  );
});

test('a cursor that this feed did not make is refused', async (t) => {
  const { simulator } = await startWithClock(t);
  const events = openEvents(t, simulator);
  const cursor = Buffer.from(JSON.stringify({ since: 'yesterday' })).toString('base64url');
  await assert.rejects(
    events.listEvents({ eventFeedId: userChangesFeedId, cursor }),
    (error: ConnectError) => error.code === Code.InvalidArgument,
  );
});
