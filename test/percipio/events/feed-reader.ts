// Reads event feeds of the Percipio connector as a caller does, for tests: by EventService, keeping the cursor.
import type { TestContext } from 'node:test';
import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { type Client, createClient, createRouterTransport } from '@connectrpc/connect';
import { type Event, EventService, type ListEventsResponse } from '#gen/c1/connector/v2/event_feed_pb.js';
import type { PercipioUser } from '../../../src/simulator/percipio/organization/api-objects.ts';
import type { PercipioSimulator } from '../../../src/simulator/percipio/percipio-simulator.ts';
import type { PercipioSimulatorOptions } from '../../../src/simulator/percipio/simulator-options.ts';
import { startSimulator } from '../../simulator/percipio/start-simulator.ts';
import { type StartOptions, startConnector, uuid } from '../start-connector.ts';

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;

/** A clock that tests turn. It begins at a time that a `date` header can tell. */
export class Clock {
  nowMs = Date.UTC(2026, 0, 5, 12);
  readonly now = (): number => this.nowMs;

  pass(ms: number): void {
    this.nowMs += ms;
  }

  /** A time that is none of any other change. */
  tick(): number {
    this.nowMs += 1;
    return this.nowMs;
  }
}

/** A simulator and a clock that it goes by. */
export async function startWithClock(
  t: TestContext,
  options: PercipioSimulatorOptions = {},
): Promise<{ readonly simulator: PercipioSimulator; readonly clock: Clock }> {
  const clock = new Clock();
  const simulator = await startSimulator(t, { users: 0, courses: 0, activityRows: 0, now: clock.now, ...options });
  return { simulator, clock };
}

/** A client of the EventService of a connector of its own. */
export function openEvents(
  t: TestContext,
  simulator: PercipioSimulator,
  options: StartOptions & { readonly clock?: Pick<Clock, 'now'> } = {},
): Client<typeof EventService> {
  const { clock, timing, ...others } = options;
  const { services } = startConnector(t, simulator, {
    ...others,
    timing: { ...(clock && { now: clock.now }), ...timing },
  });
  return createClient(
    EventService,
    createRouterTransport((router) => {
      for (const { desc, implementation } of services) router.service(desc, implementation);
    }),
  );
}

/** One caller of one feed. */
export class FeedReader {
  /** Of the last answer. */
  cursor = '';
  /** All events that were answered, in order. */
  readonly events: Event[] = [];
  readonly #feedId: string;
  readonly #startAt: Date | undefined;

  constructor(feedId: string, startAt?: Date) {
    this.#feedId = feedId;
    this.#startAt = startAt;
  }

  /** One page. */
  async next(client: Client<typeof EventService>, pageSize = 1000): Promise<ListEventsResponse> {
    const answer = await client.listEvents({
      eventFeedId: this.#feedId,
      cursor: this.cursor,
      pageSize,
      ...(this.#startAt && { startAt: timestampFromDate(this.#startAt) }),
    });
    this.cursor = answer.cursor;
    this.events.push(...answer.events);
    return answer;
  }

  /** Goes back to before a page, as a caller does who lost the answer. @param next - Reads the page. */
  async lose(next: () => Promise<unknown>): Promise<void> {
    const { cursor } = this;
    const had = this.events.length;
    await next();
    this.cursor = cursor;
    this.events.length = had;
  }

  /** All pages that there are at present; the ids of their events. */
  async drain(client: Client<typeof EventService>, pageSize = 1000): Promise<string[]> {
    const from = this.events.length;
    while ((await this.next(client, pageSize)).hasMore);
    return this.events.slice(from).map(({ id }) => id);
  }
}

/** What a cursor holds, as the feed made it. */
export function decodeCursor(cursor: string): unknown {
  return JSON.parse(Buffer.from(cursor, 'base64url').toString()).t;
}

/** The resource that an event of the feed of users is about, and when it happened. */
export function changeIn(event: Event): { readonly user: string | undefined; readonly at: Date | undefined } {
  const resourceId = event.event.case === 'resourceChangeEvent' ? event.event.value.resourceId : undefined;
  return { user: resourceId?.resource, at: event.occurredAt && timestampDate(event.occurredAt) };
}

export function userAt(index: number, updatedAtMs: number): PercipioUser {
  return { id: uuid(index), updatedAt: new Date(updatedAtMs).toISOString() };
}

/** The id of the event of a user as `userAt` makes one. */
export function changeId(index: number, updatedAtMs: number): string {
  return `user:${uuid(index)}:${new Date(updatedAtMs).toISOString()}`;
}
