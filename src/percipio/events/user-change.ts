// Maps a changed user to an event.
import { hash } from 'node:crypto';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { EventSchema } from '#gen/c1/connector/v2/event_feed_pb.js';
import type { User } from '../api/user.ts';
import { userType } from '../resource-types.ts';

export interface UserChange {
  readonly userId: string;
  /** The same for the same state of the user, in any process: the user and `updatedAt` as Percipio spells it. */
  readonly eventId: string;
  /** Milliseconds since 1970; undefined if Percipio does not say. */
  readonly changedAtMs: number | undefined;
}

export function toUserChange(user: User): UserChange {
  const changedAtMs = Date.parse(user.updatedAt ?? '');
  // Without a time of the change, the user's fields identify the state.
  const state = user.updatedAt || hash('sha256', JSON.stringify(user), 'base64url');
  return {
    userId: user.id,
    eventId: `${userType.id}:${user.id}:${state}`,
    changedAtMs: Number.isNaN(changedAtMs) ? undefined : changedAtMs,
  };
}

/** @param seenAtMs - When the change was seen, for a change whose time is unknown. */
export function toUserChangeEvent(change: UserChange, seenAtMs: number): MessageInitShape<typeof EventSchema> {
  return {
    id: change.eventId,
    occurredAt: timestampFromMs(change.changedAtMs ?? seenAtMs),
    event: {
      case: 'resourceChangeEvent',
      value: { resourceId: { resourceType: userType.id, resource: change.userId } },
    },
  };
}
