// The feed of users that were created or changed. docs/events.md reasons why it passes nobody over.

import { type EventFeed, type EventsPage, eventFeed } from 'baton-connector-sdk';
import { z } from 'zod';
import { EventType } from '#gen/c1/connector/v2/event_feed_pb.js';
import type { PercipioContext } from '../context.ts';
import { asService } from '../service-errors.ts';
import { changedUsersStart, readChangedUsers } from './changed-users.ts';
import { firstEventMs, timeSchema } from './first-event.ts';
import { markOf, marksSchema, ToldEvents } from './told-events.ts';
import { toUserChangeEvent } from './user-change.ts';

export const userChangesFeedId = 'percipio_user_changes';

/**
 * How much of the time that one round has read the next one reads again: for changes that can be seen only some time
 * after the moment that they bear, such as those of a long transaction.
 */
const overlapMs = 5 * 60_000;

/** By how much more where Percipio does not tell the time, and this machine's clock stands in for Percipio's. */
const clockDifferenceMs = 15 * 60_000;

/** In times of Percipio's clock, in milliseconds since 1970. */
const cursorSchema = z.strictObject({
  /** The round reads who changed since then. */
  since: timeSchema,
  /** The caller's own start, as long as an overlap would go back behind it. */
  from: timeSchema.optional(),
  /** What was told in the round before and may come again. */
  told: marksSchema.optional(),
  /** A round that has begun and not ended. */
  round: z
    .strictObject({
      begunAt: timeSchema,
      offset: z.int().min(0),
      seam: marksSchema,
      told: marksSchema,
    })
    .optional(),
});

type Cursor = z.output<typeof cursorSchema>;

/** @param now - The clock of this machine. */
export function createUserChangesFeed({ client }: Pick<PercipioContext, 'client'>, now: () => number): EventFeed {
  return eventFeed(
    { id: userChangesFeedId, supportedEventTypes: [EventType.RESOURCE_CHANGE] },
    cursorSchema,
    async ({ startAt, pageSize }, cursor, { signal }) => {
      const { since, from, told: before = '', round } = cursor ?? beginAt(firstEventMs(startAt, now()));
      const told = new ToldEvents({ before, now: round?.told ?? '' });
      const users = await asService(signal, (signal) =>
        readChangedUsers(
          client().users,
          // As many as fill the page, though all that may be told already should come again.
          { since: new Date(since), place: round ?? changedUsersStart, count: pageSize + told.size },
          signal,
        ),
      );
      const begunAt = round?.begunAt ?? users.answeredAt?.getTime() ?? now() - clockDifferenceMs;
      const nextSince = begunAt - overlapMs;
      const events: EventsPage<Cursor>['events'][number][] = [];
      let read = 0;
      for (const change of users.changes) {
        if (events.length === pageSize) break;
        const mark = markOf(change.eventId);
        if (!told.has(mark)) {
          events.push(toUserChangeEvent(change, begunAt));
        }
        if (change.changedAtMs === undefined || change.changedAtMs >= nextSince) {
          told.keep(mark);
        }
        read += 1;
      }
      if (read === users.changes.length && users.isLast) {
        const next = from !== undefined && from > nextSince ? beginAt(from) : { since: nextSince };
        return { events, cursor: { ...next, told: told.toMarksOfNextRound().before }, hasMore: false };
      }
      const marks = told.toMarks();
      const next = { begunAt, ...users.placeAfter(read), told: marks.now };
      return { events, cursor: { since, from, told: marks.before, round: next }, hasMore: true };
    },
  );
}

/** The first round, and those that follow so soon that their overlap would go back behind the start. */
function beginAt(from: number): Cursor {
  return { since: from, from };
}
