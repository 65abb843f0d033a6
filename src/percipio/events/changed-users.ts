// Reads the users that changed since a time, continuing after an earlier read although the list moves meanwhile.
import { type UsersApi, type UsersPage, usersPageSizeMax } from '../api/users.ts';
import { fingerprintOf, joinFingerprints, splitFingerprints } from './sent-events.ts';
import { toUserChange, type UserChange } from './user-change.ts';

/** How many of the last users are searched for again. One that did not change meanwhile is enough. */
const seamLength = 8;

/** A position in the list. */
interface ChangedUsersPlace {
  /** How many users were before it. */
  readonly offset: number;
  /** The fingerprints of the last users before it. */
  readonly seam: string;
}

export const changedUsersStart: ChangedUsersPlace = { offset: 0, seam: '' };

interface ChangedUsersRequest {
  readonly since: Date;
  readonly place: ChangedUsersPlace;
  /** How many users are wanted. There may be more or fewer. */
  readonly count: number;
}

/** The users after a position. */
interface ChangedUsers {
  readonly changes: readonly UserChange[];
  /** The list ends with them. */
  readonly isLast: boolean;
  /** When Percipio answered, by its own clock; undefined if it did not say so. */
  readonly answeredAt: Date | undefined;
  /** The position after the first `count` changes. */
  placeAfter(count: number): ChangedUsersPlace;
}

/**
 * Percipio pages by offset through a list that grows and, depending on its order, moves: if a user changes and goes to the
 * end, all later ones move up, and the first user of the next page would be skipped. The offset does not show that. So each
 * request begins with users that were read already, and the last one that is found again is where to continue: unchanged
 * users keep their order, so unread ones are after it. If none is found, the list is read from further up, and finally from
 * its beginning: users may be repeated, but are not lost. A user who changes during the read may be missing; the next list
 * has it.
 */
export async function readChangedUsers(
  users: UsersApi,
  { since, place, count }: ChangedUsersRequest,
  signal: AbortSignal,
): Promise<ChangedUsers> {
  const seam = splitFingerprints(place.seam);
  const attempts: readonly [offset: number, max: number][] = [
    [place.offset - seam.length, count + seam.length],
    [place.offset - usersPageSizeMax, usersPageSizeMax],
  ];
  for (const [wanted, max] of attempts) {
    const offset = Math.max(0, wanted);
    const found = await readUsers(users, { since, offset, max }, signal);
    const start = found.changes.findLastIndex(({ eventId }) => seam.includes(fingerprintOf(eventId))) + 1;
    // A page of nulls has nobody to find again, and from the beginning of the list it would be the same.
    const isNull = max === usersPageSizeMax && found.changes.length === 0 && found.page.entries === max;
    if (start === 0 && offset > 0 && !isNull) continue;
    if (offset + max > place.offset || start < found.changes.length) return follow(found, start, place.seam);
    // The page ends at the place, and nobody has moved to before it.
    return follow(await readUsers(users, { since, offset: place.offset, max: count }, signal), 0, place.seam);
  }
  return follow(await readUsers(users, { since, offset: 0, max: count }, signal), 0, place.seam);
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

/** @param seam - To keep where nobody is before the next position. */
function follow({ page, offset, changes }: ReadUsers, start: number, seam: string): ChangedUsers {
  const following = changes.slice(start);
  return {
    changes: following,
    // Percipio may not report a total; then a list with nothing after the seam is at its end.
    isLast: page.nextOffset === undefined || (page.total === undefined && following.length === 0),
    answeredAt: page.answeredAt,
    placeAfter: (count) => {
      const end = start + count;
      const last = changes.slice(Math.max(0, end - seamLength), end);
      // What is null after the last user is passed as well; in between it only makes the offset too small.
      const passed = end < changes.length ? end : page.entries;
      const joined = joinFingerprints(last.map(({ eventId }) => fingerprintOf(eventId)));
      return { offset: offset + passed, seam: joined || seam };
    },
  };
}
