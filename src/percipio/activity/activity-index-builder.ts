// Makes an index of the rows of a report.
import { ActivityIndex } from './activity-index.ts';
import type { ActivityRowSink, RowPlaces } from './activity-row-sink.ts';
import { type ActivityStatus, toActivityStatus } from './activity-status.ts';
import { absent, IdTable } from './id-table.ts';
import { NumberList } from './number-list.ts';
import { courseOf, packActivity, pairOf, statusOf, userOf } from './packed-activity.ts';
import { StatusTally } from './status-tally.ts';

export interface ActivityIndexOptions {
  /** The courses to keep; rows of others are counted. Default: all that the report has. */
  readonly courses?: IdTable | undefined;
  /** The users to keep; rows of others are counted. Default: all that the report has. */
  readonly users?: IdTable | undefined;
}

/** Takes rows in any order; where a person has several for one course, completed wins. Used once. */
export class ActivityIndexBuilder implements ActivityRowSink {
  readonly #courses: IdTable;
  readonly #users: IdTable;
  /** Whether courses and users that are not known yet are added. */
  readonly #takesAllCourses: boolean;
  readonly #takesAllUsers: boolean;
  /** What the statuses mean that came last: a report has a handful, each a million times. */
  readonly #statuses = new IdTable();
  readonly #meanings: (ActivityStatus | undefined)[] = [];
  readonly #otherStatuses = new StatusTally();
  readonly #taken = new NumberList();
  #rows = 0;
  #malformed = 0;
  #unknownCourses = 0;
  #unknownUsers = 0;

  constructor(options: ActivityIndexOptions = {}) {
    this.#courses = options.courses ?? new IdTable();
    this.#users = options.users ?? new IdTable();
    this.#takesAllCourses = options.courses === undefined;
    this.#takesAllUsers = options.users === undefined;
  }

  row(bytes: Uint8Array, { content, contentEnd, user, userEnd, status, statusEnd }: RowPlaces): void {
    this.#rows += 1;
    const meaning = this.#meaningOf(bytes, status, statusEnd);
    if (meaning === undefined) return;
    const courses = this.#courses;
    const courseIndex = this.#takesAllCourses
      ? courses.addBytes(bytes, content, contentEnd)
      : courses.find(bytes, content, contentEnd);
    if (courseIndex === absent) {
      this.#unknownCourses += 1;
      return;
    }
    const users = this.#users;
    const userIndex = this.#takesAllUsers ? users.addBytes(bytes, user, userEnd) : users.find(bytes, user, userEnd);
    if (userIndex === absent) {
      this.#unknownUsers += 1;
      return;
    }
    this.#taken.push(packActivity(courseIndex, userIndex, meaning));
  }

  malformedRow(): void {
    this.#rows += 1;
    this.#malformed += 1;
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

  finish(): ActivityIndex {
    const taken = this.#taken.drain();
    const { userIds, rankOf } = orderUsers(this.#users.ids);
    for (let position = 0; position < taken.length; position += 1) {
      const packed = taken[position] as number;
      taken[position] = packActivity(courseOf(packed), rankOf[userOf(packed)] as number, statusOf(packed));
    }
    const packed = sortGrants(taken);
    const counts = {
      rows: this.#rows,
      grants: packed.length,
      duplicates: taken.length - packed.length,
      malformed: this.#malformed,
      otherStatuses: this.#otherStatuses.read(),
      unknownCourses: this.#unknownCourses,
      unknownUsers: this.#unknownUsers,
    };
    return new ActivityIndex({ counts, courseEnds: findCourseEnds(packed, this.#courses.ids), packed, userIds });
  }
}

/** Numbers the users anew, in the order of their ids, which does not depend on the order of rows or of listings. */
function orderUsers(ids: readonly string[]): { readonly userIds: string[]; readonly rankOf: Uint32Array } {
  const order = Uint32Array.from(ids.keys()).sort((a, b) => compare(ids[a], ids[b]));
  const rankOf = new Uint32Array(ids.length);
  order.forEach((user, rank) => {
    rankOf[user] = rank;
  });
  return { userIds: Array.from(order, (user) => ids[user] as string), rankOf };
}

/** Sorts in place, and keeps the first of each person and course. */
function sortGrants(taken: Float64Array): Float64Array {
  taken.sort();
  let kept = 0;
  let lastPair = -1;
  for (let position = 0; position < taken.length; position += 1) {
    const packed = taken[position] as number;
    const pair = pairOf(packed);
    if (pair !== lastPair) {
      taken[kept] = packed;
      kept += 1;
      lastPair = pair;
    }
  }
  return taken.subarray(0, kept);
}

function findCourseEnds(packed: Float64Array, courseIds: readonly string[]): Map<string, number> {
  const ends = new Map<string, number>();
  for (let position = 0; position < packed.length; position += 1) {
    const course = courseOf(packed[position] as number);
    const isLast = position + 1 === packed.length || courseOf(packed[position + 1] as number) !== course;
    if (isLast) ends.set(courseIds[course] as string, position + 1);
  }
  return ends;
}

/** By UTF-16 code units, the same on every machine. */
function compare(a: string | undefined = '', b: string | undefined = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
