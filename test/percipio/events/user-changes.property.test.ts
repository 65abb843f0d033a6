// The feed of users under random schedules of changes and calls.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { userChangesFeedId } from '../../../src/percipio/events/user-changes.ts';
import type { PercipioUser } from '../../../src/simulator/percipio/organization/api-objects.ts';
import { call, USERS } from '../../simulator/percipio/start-simulator.ts';
import { changeIn, FeedReader, hourMs, minuteMs, openEvents, startWithClock, userAt } from './feed-reader.ts';
import { listInOrder, type Order, orders } from './list-in-order.ts';

/** What happens, one after the other. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('change' as const), user: fc.nat(), count: fc.nat(12) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('create' as const), count: fc.nat(12) }) },
  // As of a transaction that was begun some time ago.
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('change late' as const),
      user: fc.nat(),
      lateMs: fc.integer({ min: minuteMs, max: 5 * minuteMs - 1000 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.nat(6 * minuteMs) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('call' as const), pageSize: fc.integer({ min: 1, max: 25 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('call to the end' as const), pageSize: fc.integer({ min: 10, max: 100 }) }),
  },
  // An answer that is lost on its way, so that the caller asks with the same cursor again.
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const), pageSize: fc.integer({ min: 1, max: 25 }) }) },
);

const schedule = fc.record({
  order: fc.constantFrom(...(Object.keys(orders) as Order[])),
  clockIsWrongByMs: fc.integer({ min: -10 * minuteMs, max: 10 * minuteMs }),
  users: fc.nat(40),
  steps: fc.array(step, { minLength: 5, maxLength: 60, size: 'max' }),
});

type Schedule = typeof schedule extends fc.Arbitrary<infer Value> ? Value : never;

/** Runs a schedule to its end, and reads on until all overlaps have passed. */
async function run(t: TestContext, { order, clockIsWrongByMs, users: count, steps }: Schedule) {
  const { simulator, clock } = await startWithClock(t);
  const users = listInOrder(simulator, order);
  const create = () => users.push(userAt(users.length, clock.tick()));
  for (let index = 0; index < count; index += 1) create();
  const replicas = [0, 1].map(() => openEvents(t, simulator, { clock: { now: () => clock.nowMs + clockIsWrongByMs } }));
  const reader = new FeedReader(userChangesFeedId, new Date(clock.nowMs - hourMs));
  const change = (user: PercipioUser | undefined, atMs: number) => {
    // Later than before, as Percipio's own times are.
    if (user && Date.parse(user.updatedAt ?? '') < atMs) user.updatedAt = new Date(atMs).toISOString();
  };
  let calls = 0;
  const next = async (pageSize: number) => {
    calls += 1;
    return await reader.next(replicas[calls % 2] ?? assert.fail(), pageSize);
  };
  for (const each of steps) {
    switch (each.do) {
      case 'change':
        for (let index = 0; index < each.count; index += 1)
          change(users[(each.user + index) % users.length], clock.tick());
        break;
      case 'change late':
        change(users[each.user % users.length], clock.tick() - each.lateMs);
        break;
      case 'create':
        for (let index = 0; index < each.count; index += 1) create();
        break;
      case 'pass':
        clock.pass(each.ms);
        break;
      case 'call':
        await next(each.pageSize);
        break;
      case 'call to the end':
        while ((await next(each.pageSize)).hasMore);
        break;
      case 'lose':
        await reader.lose(() => next(each.pageSize));
    }
  }
  for (let rest = 0; rest < 3; rest += 1) {
    while ((await next(10)).hasMore);
    clock.pass(hourMs);
  }
  return { users, events: reader.events };
}

test('whatever changes between and during pages, each user is told as it came to be, always under the same id', async (t) => {
  await fc.assert(
    fc.asyncProperty(schedule, async (given) => {
      const { users, events } = await run(t, given);
      const idOf = new Map<string, string>();
      for (const event of events) {
        const { user, at } = changeIn(event);
        const state = `${user} ${at?.toISOString()}`;
        assert.equal(idOf.get(state) ?? event.id, event.id);
        idOf.set(state, event.id);
      }
      assert.equal(new Set(idOf.values()).size, idOf.size);
      const missed = users.filter(({ id, updatedAt }) => !idOf.has(`${id} ${updatedAt}`));
      assert.deepEqual(missed, []);
    }),
    { numRuns: 60, interruptAfterTimeLimit: 60_000 },
  );
});

/**
 * Leaves out changes, so that between two pages fewer users change than are searched for again. If all of those have
 * changed, the list is read from further up, and old changes, which the cursor does not remember, are told again.
 */
function withFewChanges(steps: Schedule['steps']): Schedule['steps'] {
  const searchedFor = 8;
  let changed = 0;
  return steps.filter((each) => {
    if (each.do === 'call' || each.do === 'call to the end') changed = 0;
    const more = each.do === 'change' ? each.count : each.do === 'change late' ? 1 : 0;
    if (changed + more >= searchedFor) return false;
    changed += more;
    return true;
  });
}

test('a list that keeps its order tells no change twice while the cursor can remember them', async (t) => {
  await fc.assert(
    fc.asyncProperty(schedule, async (given) => {
      const steps = withFewChanges(given.steps).slice(0, 20);
      const { events } = await run(t, { ...given, order: 'by their creation', steps });
      const ids = events.map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length);
    }),
    { numRuns: 25, interruptAfterTimeLimit: 60_000 },
  );
});

test('while several writers change users, each of their last writes is told', async (t) => {
  const { simulator, clock } = await startWithClock(t, { users: 40 });
  const events = openEvents(t, simulator, { clock });
  const reader = new FeedReader(userChangesFeedId);
  const write = async (writer: number) => {
    for (let count = 0; count < 25; count += 1) {
      const id = simulator.data.users[(writer * 7 + count * 3) % 40]?.id;
      const { status } = await call(simulator, `${USERS}/${id}`, {
        method: 'PATCH',
        body: { firstName: `Ada ${count}` },
      });
      assert.equal(status, 200);
      clock.pass(minuteMs / 4);
    }
  };
  let isWriting = true;
  const written = Promise.all([0, 1, 2, 3].map(write)).finally(() => {
    isWriting = false;
  });
  while (isWriting) await reader.next(events, 5);
  await written;
  // The round that runs, and one that begins behind all writes.
  await reader.drain(events, 5);
  await reader.drain(events, 5);
  const told = new Set(reader.events.map(({ id }) => id));
  const missed = simulator.data.users.filter(({ id, updatedAt }) => !told.has(`user:${id}:${updatedAt}`));
  assert.deepEqual(
    missed.filter(({ updatedAt }) => updatedAt?.startsWith('2026')),
    [],
  );
});
