// Both feeds as a caller on the network sees them: two gRPC servers over one Percipio, each asked in turn.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createClient } from '@connectrpc/connect';
import { EventService } from '#gen/c1/connector/v2/event_feed_pb.js';
import { courseActivityFeedId } from '../../../src/percipio/events/course-activity.ts';
import { userChangesFeedId } from '../../../src/percipio/events/user-changes.ts';
import { startTestServer } from '../../baton/server/test-server.ts';
import { call, READY_AT_ONCE, USERS } from '../../simulator/percipio/start-simulator.ts';
import { startConnector } from '../start-connector.ts';
import { type Clock, FeedReader, hourMs, startWithClock } from './feed-reader.ts';

/** A caller that asks two replicas in turn. */
async function startReplicas(t: TestContext) {
  const { simulator, clock } = await startWithClock(t, { users: 60, courses: 20, ...READY_AT_ONCE });
  const serve = async ({ now }: Clock) =>
    createClient(
      EventService,
      (await startTestServer(t, startConnector(t, simulator, { timing: { now } }).services)).transport,
    );
  const replicas = [await serve(clock), await serve(clock)] as const;
  const read = async (reader: FeedReader, pages: number) => {
    for (let page = 0; page < pages; page += 1) await reader.next(replicas[page % 2 === 0 ? 0 : 1], 7);
  };
  return { simulator, clock, read };
}

test('over the network, users who are changed between the pages of two replicas are all told, each time once', async (t) => {
  const { simulator, read } = await startReplicas(t);
  const reader = new FeedReader(userChangesFeedId);
  await read(reader, 1);
  const expected: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    for (const { id } of simulator.data.users.slice(round * 10, round * 10 + 20)) {
      await call(simulator, `${USERS}/${id}`, { method: 'PATCH', body: { jobTitle: `Welder ${round}` } });
    }
    expected.push(
      ...simulator.data.users.slice(round * 10, round * 10 + 20).map((user) => `user:${user.id}:${user.updatedAt}`),
    );
    await read(reader, 4);
  }
  assert.deepEqual(reader.events.map(({ id }) => id).sort(), expected.sort());
});

test('over the network, activity between the pages of two replicas is all told, each time once', async (t) => {
  const { simulator, clock, read } = await startReplicas(t);
  const reader = new FeedReader(courseActivityFeedId);
  const contentId = simulator.data.courses.find(({ contentType }) => contentType?.percipioType === 'COURSE')?.id ?? '';
  const expected: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    for (const { id: userId } of simulator.data.users.slice(0, 20)) {
      const lastAccess = new Date(clock.tick());
      simulator.addActivity({ userId, contentId, status: 'Started', lastAccess });
      expected.push(`course:${contentId}:user:${userId}:${lastAccess.toISOString()}`);
    }
    await read(reader, 5);
    clock.pass(hourMs);
  }
  await read(reader, 8);
  assert.deepEqual(reader.events.map(({ id }) => id).sort(), expected.sort());
});
