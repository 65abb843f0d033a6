// Makes of the rows of a report what an index consists of.
import type { ActivityIndexParts, CourseGrants } from './activity-index.ts';
import type { ActivityRowSink, RowPlaces } from './activity-row-sink.ts';
import { type ActivityStatus, toActivityStatus } from './activity-status.ts';
import { absent, IdTable } from './id-table.ts';
import { NumberList } from './number-list.ts';
import { courseOf, packActivity, pairOf, statusOf, userOf } from './packed-activity.ts';
import { StatusTally } from './status-tally.ts';

/** The users and courses that a sync holds. Rows of others are counted, and give no grant. */
export interface SyncedIds {
  /** Default: all that the report has. */
  readonly users?: Iterable<string> | undefined;
  /** Default: all that the report has. */
  readonly courses?: Iterable<string> | undefined;
}

/**
 * Takes rows in any order; where a person has several for one course, completed wins. Used once.
 *
 * What the sync holds is only asked for at the end, so that a report can be read while users and courses are listed.
 */
export class ActivityIndexBuilder implements ActivityRowSink {
  readonly #courses = new IdTable();
  readonly #users = new IdTable();
  /** What the statuses mean that came before: a report has a handful, each a million times. */
  readonly #statuses = new IdTable();
  readonly #meanings: (ActivityStatus | undefined)[] = [];
  readonly #otherStatuses = new StatusTally();
  readonly #taken = new NumberList();
  #rows = 0;
  #malformed = 0;

  row(bytes: Uint8Array, { content, contentEnd, user, userEnd, status, statusEnd }: RowPlaces): void {
    this.#rows += 1;
    const meaning = this.#meaningOf(bytes, status, statusEnd);
    if (meaning === undefined) return;
    const course = this.#courses.addBytes(bytes, content, contentEnd);
    this.#taken.push(packActivity(course, this.#users.addBytes(bytes, user, userEnd), meaning));
  }

  malformedRow(): void {
    this.#rows += 1;
    this.#malformed += 1;
  }

  finish(held: SyncedIds = {}): ActivityIndexParts {
    const taken = this.#taken.drain();
    const { userIds, rankOf } = orderUsers(this.#users.ids, held.users);
    const isHeld = markHeld(this.#courses.ids, held.courses);
    let kept = 0;
    let unknownCourses = 0;
    let unknownUsers = 0;
    for (let position = 0; position < taken.length; position += 1) {
      const packed = taken[position] as number;
      const course = courseOf(packed);
      const rank = rankOf[userOf(packed)] as number;
      if (isHeld[course] === 0) {
        unknownCourses += 1;
      } else if (rank < 0) {
        unknownUsers += 1;
      } else {
        taken[kept] = packActivity(course, rank, statusOf(packed));
        kept += 1;
      }
    }
    const { users, courses } = groupGrants(taken, kept, this.#courses.ids);
    const counts = {
      rows: this.#rows,
      grants: users.length,
      duplicates: kept - users.length,
      malformed: this.#malformed,
      otherStatuses: this.#otherStatuses.read(),
      unknownCourses,
      unknownUsers,
    };
    return { counts, courses, users, userIds };
  }

  /** Nothing for a status that gives no grant, which is then counted. */
  #meaningOf(bytes: Uint8Array, start: number, end: number): ActivityStatus | undefined {
    const known = this.#statuses.find(bytes, start, end);
    const meaning = known === absent ? undefined : this.#meanings[known];
    if (meaning !== undefined) return meaning;
    const status = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
    const found = toActivityStatus(status);
    if (found === undefined) this.#otherStatuses.add(status);
    else this.#meanings[this.#statuses.addBytes(bytes, start, end)] = found;
    return found;
  }
}

/**
 * Numbers the users that are held anew, in the order of their ids, which does not depend on the order of rows or of
 * listings. The others have the number -1.
 */
function orderUsers(ids: readonly string[], held: Iterable<string> | undefined) {
  const isHeld = markHeld(ids, held);
  const order = Uint32Array.from([...ids.keys()].filter((user) => isHeld[user])).sort((a, b) =>
    compare(ids[a], ids[b]),
  );
  const rankOf = new Int32Array(ids.length).fill(-1);
  order.forEach((user, rank) => {
    rankOf[user] = rank;
  });
  return { userIds: Array.from(order, (user) => ids[user] as string), rankOf };
}

/** 1 for each id that is held. */
function markHeld(ids: readonly string[], held: Iterable<string> | undefined): Uint8Array {
  if (held === undefined) return new Uint8Array(ids.length).fill(1);
  const all = new Set(held);
  return Uint8Array.from(ids, (id) => (all.has(id) ? 1 : 0));
}

/**
 * Of the first `count` numbers, keeps one for each person and course: completed, if there is such a one. Of those it keeps
 * the user alone, by course, the completed ones in front.
 *
 * In place, half a number for each: there may be ten million.
 */
function groupGrants(taken: Float64Array<ArrayBuffer>, count: number, courseIds: readonly string[]) {
  const sorted = taken.subarray(0, count).sort();
  const users = new Uint32Array(taken.buffer);
  const courses = new Map<string, CourseGrants>();
  /** Of the course at hand: who has not completed it. */
  const others: number[] = [];
  let start = 0;
  let end = 0;
  let lastPair = -1;
  for (let position = 0; position < count; position += 1) {
    const packed = sorted[position] as number;
    const course = courseOf(packed);
    // Before anything is written where it may be: the next number.
    const isLast = position + 1 === count || courseOf(sorted[position + 1] as number) !== course;
    const pair = pairOf(packed);
    if (pair !== lastPair) {
      if (statusOf(packed) === 'completed') users[end++] = userOf(packed);
      else others.push(userOf(packed));
      lastPair = pair;
    }
    if (isLast) {
      const startOfOthers = end;
      users.set(others, end);
      end += others.length;
      others.length = 0;
      courses.set(courseIds[course] as string, { start, startOfOthers, end });
      start = end;
    }
  }
  // Frees the rest at once, where the garbage collector would wait.
  return { users: new Uint32Array(taken.buffer.transfer(end * Uint32Array.BYTES_PER_ELEMENT)), courses };
}

/** By UTF-16 code units, the same on every machine. */
function compare(a: string | undefined = '', b: string | undefined = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
