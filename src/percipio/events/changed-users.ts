// Reads the users that changed since a time, on from where an earlier read ended, though the list moves meanwhile.
import { type UsersApi, type UsersPage, usersPageSizeMax } from '../api/users.ts';
import { joinMarks, markOf, splitMarks } from './told-events.ts';
import { toUserChange, type UserChange } from './user-change.ts';

/** How many of the users that were read last are looked for again. One that did not change meanwhile is enough. */
const seamLength = 8;

/** How far the list was read. */
export interface ChangedUsersPlace {
  /** How many users stood before it. */
  readonly offset: number;
  /** The marks of the last users before it. */
  readonly seam: string;
}

export const changedUsersStart: ChangedUsersPlace = { offset: 0, seam: '' };

export interface ChangedUsersRequest {
  readonly since: Date;
  readonly place: ChangedUsersPlace;
  /** How many users are wanted. There may be more, and fewer. */
  readonly count: number;
}

/** What follows a place. */
export interface ChangedUsers {
  readonly changes: readonly UserChange[];
  /** The list ends with them. */
  readonly isLast: boolean;
  /** When the list was so, by Percipio's clock; nothing, when it did not say it. */
  readonly answeredAt: Date | undefined;
  /** The place behind the first `count` of the changes. */
  placeAfter(count: number): ChangedUsersPlace;
}

/**
 * Percipio pages by offset through a list that grows and, depending on its order, moves: where a user changes and goes
 * to the end of it, all that stood behind go one up, and the first user of the next page would be passed over. Nobody
 * sees that by the offset. So each request begins with users that were read already. The last of them that is found
 * again tells where to go on: users that did not change keep their order, so those that were not read stand behind it.
 * When none is found, the list is read from further up, and at last from its beginning: users come again rather than
 * not at all. Those who change while the list is read are not promised to be in it; they are in the next one.
 */
export async function readChangedUsers(
  users: UsersApi,
  { since, place, count }: ChangedUsersRequest,
  signal: AbortSignal,
): Promise<ChangedUsers> {
  const seam = splitMarks(place.seam);
  const attempts: readonly [offset: number, max: number][] = [
    [place.offset - seam.length, count + seam.length],
    [place.offset - usersPageSizeMax, usersPageSizeMax],
  ];
  for (const [wanted, max] of attempts) {
    const offset = Math.max(0, wanted);
    const found = await readUsers(users, { since, offset, max }, signal);
    const start = found.changes.findLastIndex(({ eventId }) => seam.includes(markOf(eventId))) + 1;
    if (start > 0 || offset === 0) {
      return follow(found, start);
    }
  }
  return follow(await readUsers(users, { since, offset: 0, max: count }, signal), 0);
}

interface ReadUsers {
  readonly page: UsersPage;
  readonly offset: number;
  readonly changes: readonly UserChange[];
}

async function readUsers(
  users: UsersApi,
  { since, offset, max }: { readonly since: Date; readonly offset: number; readonly max: number },
  signal: AbortSignal,
): Promise<ReadUsers> {
  const page = await users.list({ max: Math.min(max, usersPageSizeMax), offset, updatedSince: since }, signal);
  return { page, offset, changes: page.items.map(toUserChange) };
}

function follow({ page, offset, changes }: ReadUsers, start: number): ChangedUsers {
  const following = changes.slice(start);
  return {
    changes: following,
    // Percipio may not say how many there are; then a list that has nothing behind the seam is at its end.
    isLast: page.nextOffset === undefined || (page.total === undefined && following.length === 0),
    answeredAt: page.answeredAt,
    placeAfter: (count) => {
      const end = start + count;
      const last = changes.slice(Math.max(0, end - seamLength), end);
      return { offset: offset + end, seam: joinMarks(last.map(({ eventId }) => markOf(eventId))) };
    },
  };
}
