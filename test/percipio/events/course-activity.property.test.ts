// The feed of activity under random schedules of learning, late rows and calls.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { courseActivityFeedId } from '../../../src/percipio/events/course-activity.ts';
import { READY_AT_ONCE } from '../../simulator/percipio/start-simulator.ts';
import { courseItem, uuid } from '../start-connector.ts';
import { decodeCursor, FeedReader, hourMs, minuteMs, openEvents, startWithClock } from './feed-reader.ts';

const lateMaxMs = 24 * hourMs;
const users = [1, 2, 3, 4].map(uuid);
const courses = [100, 101, 102].map(uuid);

const who = { user: fc.nat(users.length - 1), course: fc.nat(courses.length - 1) };
const pageSize = fc.integer({ min: 1, max: 5 });

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('learn' as const), ...who, count: fc.nat(4) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('learn, told late' as const), ...who, lateMs: fc.nat(lateMaxMs) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('go on' as const), row: fc.nat() }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 5 * hourMs }) }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('call' as const), pageSize }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('call to the end' as const), pageSize }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const), pageSize }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('expire' as const) }) },
);

const schedule = fc.record({
  clockIsWrongByMs: fc.integer({ min: -45 * minuteMs, max: 45 * minuteMs }),
  steps: fc.array(step, { minLength: 5, maxLength: 50, size: 'max' }),
});

type Schedule = typeof schedule extends fc.Arbitrary<infer Value> ? Value : never;

async function run(t: TestContext, { clockIsWrongByMs, steps }: Schedule) {
  const { simulator, clock } = await startWithClock(t, READY_AT_ONCE);
  simulator.data.users = users.map((id) => ({ id }));
  simulator.data.courses = courses.map((id) => courseItem(id));
  const replicas = [0, 1].map(() => openEvents(t, simulator, { clock: { now: () => clock.nowMs + clockIsWrongByMs } }));
  const reader = new FeedReader(courseActivityFeedId, new Date(clock.nowMs - 2 * lateMaxMs));
  const rows: { readonly name: string; atMs: number; readonly go: (at: Date) => void }[] = [];
  const learn = (user: number, course: number, atMs: number) => {
    const [userId = '', contentId = ''] = [users[user], courses[course]];
    const row = simulator.addActivity({ userId, contentId, status: 'Started', lastAccess: new Date(atMs) });
    rows.push({ name: `course:${contentId}:user:${userId}`, atMs, go: (lastAccess) => row.update({ lastAccess }) });
  };
  let calls = 0;
  const next = async (size: number) => {
    calls += 1;
    return await reader.next(replicas[calls % 2] ?? assert.fail(), size);
  };
  for (const each of steps) {
    switch (each.do) {
      case 'learn':
        for (let count = 0; count < each.count; count += 1) learn(each.user, each.course, clock.tick());
        break;
      case 'learn, told late':
        learn(each.user, each.course, clock.tick() - each.lateMs);
        break;
      case 'go on': {
        const row = rows[each.row % rows.length];
        if (row) {
          row.atMs = clock.tick();
          row.go(new Date(row.atMs));
        }
        break;
      }
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
        break;
      case 'expire': {
        const { report, previous } = (reader.cursor ? decodeCursor(reader.cursor) : {}) as {
          report?: { id: string };
          previous?: string;
        };
        const id = report?.id ?? previous;
        if (id !== undefined) simulator.expireReport(id);
      }
    }
  }
  for (let rest = 0; rest < 3; rest += 1) {
    while ((await next(5)).hasMore);
    clock.pass(hourMs);
  }
  const expected = rows.map(({ name, atMs }) => `${name}:${new Date(atMs).toISOString()}`);
  return { expected, told: reader.events.map(({ id }) => id) };
}

test('whatever is learned between and during pages, and however late reports have it, it is told', async (t) => {
  await fc.assert(
    fc.asyncProperty(schedule, async (given) => {
      const { expected, told } = await run(t, given);
      assert.deepEqual(
        expected.filter((id) => !told.includes(id)),
        [],
      );
    }),
    { numRuns: 60, interruptAfterTimeLimit: 60_000 },
  );
});

test('while reports can be read again, nothing is told twice', async (t) => {
  await fc.assert(
    fc.asyncProperty(schedule, async (given) => {
      const steps = given.steps.filter((each) => each.do !== 'expire');
      const { told } = await run(t, { ...given, steps });
      assert.equal(new Set(told).size, told.length);
    }),
    { numRuns: 30, interruptAfterTimeLimit: 60_000 },
  );
});
