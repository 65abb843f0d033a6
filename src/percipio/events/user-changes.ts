// The feed of created and changed users. docs/events.md explains why it misses nobody.

import { type EventFeed, type EventsPage, eventFeed } from 'baton-connector-sdk';
import { z } from 'zod';
import { EventType } from '#gen/c1/connector/v2/event_feed_pb.js';
import type { PercipioContext } from '../context.ts';
import { asService } from '../service-errors.ts';
import { changedUsersStart, readChangedUsers } from './changed-users.ts';
import { firstEventMs, timeSchema } from './first-event.ts';
import { fingerprintOf, fingerprintsSchema, SentEvents } from './sent-events.ts';
import { toUserChangeEvent } from './user-change.ts';

export const userChangesFeedId = 'percipio_user_changes';

/**
 * How far consecutive rounds overlap, for changes that become visible some time after their timestamp, such as those of a
 * long transaction.
 */
const overlapMs = 5 * 60_000;

/** An extra overlap where Percipio does not report its time, and this machine's clock stands in for it. */
const clockDifferenceMs = 15 * 60_000;

/** In times of Percipio's clock, in milliseconds since 1970. */
const cursorSchema = z.strictObject({
  /** The round reads who changed since then. */
  since: timeSchema,
  /** The caller's own start, as long as an overlap would go back before it. */
  from: timeSchema.optional(),
  /** What was sent in the previous round and may appear again. */
  told: fingerprintsSchema.optional(),
  /** The unfinished round. */
  round: z
    .strictObject({
      begunAt: timeSchema,
      offset: z.int().min(0),
      seam: fingerprintsSchema,
      told: fingerprintsSchema,
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
      const sent = new SentEvents({ before, now: round?.told ?? '' });
      const users = await asService(signal, (signal) =>
        readChangedUsers(
          client().users,
          // Enough to fill the page even if all that were sent already appear again.
          { since: new Date(since), place: round ?? changedUsersStart, count: pageSize + sent.size },
          signal,
        ),
      );
      const begunAt = round?.begunAt ?? users.answeredAt?.getTime() ?? now() - clockDifferenceMs;
      const nextSince = begunAt - overlapMs;
      const events: EventsPage<Cursor>['events'][number][] = [];
      let read = 0;
      for (const change of users.changes) {
        if (events.length === pageSize) break;
        const fingerprint = fingerprintOf(change.eventId);
        if (!sent.has(fingerprint)) {
          events.push(toUserChangeEvent(change, begunAt));
        }
        if (change.changedAtMs === undefined || change.changedAtMs >= nextSince) {
          sent.remember(fingerprint);
        }
        read += 1;
      }
      if (read === users.changes.length && users.isLast) {
        const next = from !== undefined && from > nextSince ? beginAt(from) : { since: nextSince };
        return { events, cursor: { ...next, told: sent.toNextRound() }, hasMore: false };
      }
      const fingerprints = sent.toFingerprints();
      const next = { begunAt, ...users.placeAfter(read), told: fingerprints.now };
      return { events, cursor: { since, from, told: fingerprints.before, round: next }, hasMore: true };
    },
  );
}

/** The first round, and early ones whose overlap would go back before the start. */
function beginAt(from: number): Cursor {
  return { since: from, from };
}
