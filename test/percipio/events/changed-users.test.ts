// Lists that move while they are read, through the whole feed.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { changedUsersStart, readChangedUsers } from '../../../src/percipio/events/changed-users.ts';
import { userChangesFeedId } from '../../../src/percipio/events/user-changes.ts';
import { createTestClient, never, sendJson, startServer } from '../api/start-server.ts';
import { uuid } from '../start-connector.ts';
import { changeIn, FeedReader, hourMs, minuteMs, openEvents, startWithClock, userAt } from './feed-reader.ts';
import { listInOrder, type Order, orders } from './list-in-order.ts';

/** A list of users who changed one minute after the other some hours ago, and a caller of the feed. */
async function startWithList(t: Parameters<typeof startWithClock>[0], order: Order, count: number) {
  const { simulator, clock } = await startWithClock(t);
  const users = listInOrder(simulator, order);
  const at = (index: number) => clock.nowMs - 4 * hourMs + index * minuteMs;
  users.push(...Array.from({ length: count }, (_, index) => userAt(index, at(index))));
  const change = (index: number) => {
    const user = users[index];
    if (user) user.updatedAt = new Date(clock.tick()).toISOString();
  };
  const events = openEvents(t, simulator, { clock });
  const reader = new FeedReader(userChangesFeedId);
  const tellsAll = async (pageSize: number) => {
    await reader.drain(events, pageSize);
    clock.pass(hourMs);
    await reader.drain(events, pageSize);
    const told = new Set(reader.events.map((event) => `${changeIn(event).user} ${changeIn(event).at?.toISOString()}`));
    return users.filter(({ id, updatedAt }) => !told.has(`${id} ${updatedAt}`)).map(({ id }) => id);
  };
  return { simulator, clock, users, change, events, reader, tellsAll };
}

for (const order of Object.keys(orders) as Order[]) {
  test(`nobody is passed over who stands behind those who change between two pages, listed ${order}`, async (t) => {
    const { change, events, reader, tellsAll } = await startWithList(t, order, 30);
    await reader.next(events, 10);
    for (const index of [0, 1, 2, 28, 29]) change(index);
    assert.deepEqual(await tellsAll(10), []);
  });

  test(`nobody is passed over when all who were read last change, listed ${order}`, async (t) => {
    const { change, events, reader, tellsAll } = await startWithList(t, order, 60);
    await reader.next(events, 20);
    for (let index = 8; index < 52; index += 1) change(index);
    assert.deepEqual(await tellsAll(20), []);
  });

  test(`nobody is passed over when all who were read change, listed ${order}`, async (t) => {
    const { change, events, reader, tellsAll } = await startWithList(t, order, 60);
    await reader.next(events, 20);
    for (const event of reader.events) change(Number(changeIn(event).user?.slice(-3)));
    assert.deepEqual(await tellsAll(20), []);
  });

  test(`nobody is passed over when more are created between two pages than a page holds, listed ${order}`, async (t) => {
    const { clock, users, events, reader, tellsAll } = await startWithList(t, order, 30);
    await reader.next(events, 10);
    for (let index = 30; index < 60; index += 1) users.push(userAt(index, clock.tick()));
    assert.deepEqual(await tellsAll(10), []);
  });
}

test('a list that did not move is read from one user to the next, and each of them told once', async (t) => {
  const { events, reader, users } = await startWithList(t, 'by their creation', 100);
  await reader.drain(events, 7);
  assert.deepEqual(
    reader.events.map((event) => changeIn(event).user),
    users.map(({ id }) => id),
  );
});

test('a list that has moved up by more than a few users is read from further up, not from its beginning', async (t) => {
  const { simulator, events, reader, users } = await startWithList(t, 'by their creation', 2500);
  for (let page = 0; page < 2; page += 1) await reader.next(events, 1000);
  users.splice(0, 15);
  const { events: third } = await reader.next(events, 1000);
  assert.equal(changeIn(third[0] ?? assert.fail()).user, uuid(1992));
  const offsets = simulator.requests.of({ path: /\/users$/ }).map(({ query }) => query.offset);
  assert.deepEqual(offsets, ['0', '992', '1984', '992']);
});

for (const nulls of [20, 2500]) {
  test(`a list with ${nulls} null entries in a row is read to its end, and nobody twice`, async (t) => {
    await readAll(t, nulls);
  });
}

async function readAll(t: TestContext, nulls: number): Promise<void> {
  const entries = [{ id: 'a' }, { id: 'b' }, ...Array.from({ length: nulls }, () => null), { id: 'c' }, null];
  const server = await startServer(t, (request, response) => {
    const query = new URL(request.url ?? '', 'http://x').searchParams;
    const offset = Number(query.get('offset'));
    const page = entries.slice(offset, offset + Number(query.get('max')));
    sendJson(response, page, { 'x-total-count': String(entries.length) });
  });
  const { users } = createTestClient(t, server.url);
  const seen: string[] = [];
  let place = changedUsersStart;
  for (let reads = 1, isLast = false; !isLast; reads += 1) {
    assert.ok(reads < 40, 'does not end');
    const count = reads === 1 ? 2 : 200;
    const found = await readChangedUsers(users, { since: new Date(0), place, count }, never);
    const changes = found.changes.slice(0, count);
    seen.push(...changes.map(({ userId }) => userId));
    isLast = found.isLast && changes.length === found.changes.length;
    place = found.placeAfter(changes.length);
  }
  assert.deepEqual(seen, ['a', 'b', 'c']);
}
