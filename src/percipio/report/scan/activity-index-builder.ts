// Builds the parts of an index from the rows of a report.
import { DetailsBuilder, detailFields } from './activity-details.ts';
import type { ActivityIndexParts } from './activity-index.ts';
import { type ActivityStatus, foldStatus, toActivityStatus } from './activity-status.ts';
import { absent, IdTable } from './id-table.ts';
import {
  type CourseGrants,
  courseOf,
  NumberList,
  packActivity,
  pairOf,
  statusOf,
  userOf,
} from './packed-activities.ts';
import { ReportFormatError } from './report-format-error.ts';
import type { Spans } from './scan-row.ts';

/** The fields of a row that a sync needs. */
export const activityFields = ['contentUuid', 'userUuid', 'status'] as const;

/** What is read of a report. */
export interface ActivityScan {
  /**
   * Whether Percipio was asked to map the report. How it does that is documented roughly, and rows without the fields give
   * no grants: if all rows are like that, the report is wrong.
   */
  readonly isMapped?: boolean | undefined;
  /** Whether grants have details. Takes 16 bytes more for each row with details, and then 4 for each grant. */
  readonly hasDetails?: boolean | undefined;
}

/** The fields of a row that are read, in the order in which the builder takes them. */
export function fieldsToScan({ hasDetails }: ActivityScan): readonly string[] {
  return hasDetails ? [...activityFields, ...detailFields] : activityFields;
}

/** A mapped report may begin with this many rows without the fields, and no more. */
const oddRowsMax = 100;

/** The users and courses that a sync has. Rows of others are counted, and give no grant. */
export interface SyncedIds {
  /** Default: all that the report has. */
  readonly users?: Iterable<string> | undefined;
  /** Default: all that the report has. */
  readonly courses?: Iterable<string> | undefined;
}

/**
 * Takes rows in any order; where a user has several for one course, completed wins. Used once.
 *
 * The synced ids are only needed at the end, so that a report can be read while users and courses are listed.
 */
export class ActivityIndexBuilder {
  readonly #isMapped: boolean;
  readonly #courses = new IdTable();
  readonly #users = new IdTable();
  /** The meanings of the statuses so far: a report has a handful, each a million times. */
  readonly #statuses = new IdTable();
  readonly #meanings: (ActivityStatus | undefined)[] = [];
  readonly #otherStatuses = new StatusTally();
  readonly #taken = new NumberList();
  readonly #details: DetailsBuilder | undefined;
  #rows = 0;
  #malformed = 0;

  constructor({ isMapped = false, hasDetails = false }: ActivityScan = {}) {
    this.#isMapped = isMapped;
    this.#details = hasDetails ? new DetailsBuilder() : undefined;
  }

  /**
   * Takes a row, as `scanRows` finds it for {@link fieldsToScan}.
   * @throws ReportFormatError when a mapped report begins with a hundred rows without the fields.
   */
  row(bytes: Uint8Array, spans: Spans): void {
    this.#rows += 1;
    const content = spans[0] as number;
    const user = spans[2] as number;
    const status = spans[4] as number;
    if (content < 0 || user < 0 || status < 0) {
      this.#malformed += 1;
      if (this.#malformed === oddRowsMax) this.#checkMapping();
      return;
    }
    const meaning = this.#meaningOf(bytes, status, spans[5] as number);
    if (meaning === undefined) return;
    const course = this.#courses.add(bytes, content, spans[1] as number);
    const activity = packActivity(course, this.#users.add(bytes, user, spans[3] as number), meaning);
    this.#taken.push(activity);
    this.#details?.row(bytes, spans, 2 * activityFields.length, activity);
  }

  /**
   * Ends the rows.
   * @throws ReportFormatError when a mapped report has rows, and none of them has the fields.
   */
  end(): void {
    if (this.#malformed > 0) this.#checkMapping();
  }

  #checkMapping(): void {
    if (!this.#isMapped || this.#malformed < this.#rows) return;
    const problem = `has no row with ${activityFields.join(', ')}`;
    throw new ReportFormatError(problem, { byteOffset: 0, row: this.#rows, isCutOff: false });
  }

  finish(synced: SyncedIds = {}): ActivityIndexParts {
    const taken = this.#taken.drain();
    const { userIds, rankOf } = orderUsers(this.#users.ids, synced.users);
    const isSynced = markSynced(this.#courses.ids, synced.courses);
    let kept = 0;
    let unknownCourses = 0;
    let unknownUsers = 0;
    for (let position = 0; position < taken.length; position += 1) {
      const packed = taken[position] as number;
      const course = courseOf(packed);
      const rank = rankOf[userOf(packed)] as number;
      if (isSynced[course] === 0) {
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
    const details = this.#details?.finish({ courses: this.#courses.ids.map((id) => courses.get(id)), users, rankOf });
    return { counts, courses, users, userIds, details };
  }

  /** Undefined for a status that gives no grant, which is then counted. */
  #meaningOf(bytes: Uint8Array, start: number, end: number): ActivityStatus | undefined {
    const known = this.#statuses.find(bytes, start, end);
    const meaning = known === absent ? undefined : this.#meanings[known];
    if (meaning !== undefined) return meaning;
    const status = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
    const found = toActivityStatus(status);
    if (found === undefined) this.#otherStatuses.add(status);
    else this.#meanings[this.#statuses.add(bytes, start, end)] = found;
    return found;
  }
}

/**
 * Ranks the synced users by their ids, which does not depend on the order of rows or of listings. The others have the
 * rank -1.
 */
function orderUsers(ids: readonly string[], synced: Iterable<string> | undefined) {
  const isSynced = markSynced(ids, synced);
  const order = Uint32Array.from([...ids.keys()].filter((user) => isSynced[user])).sort((a, b) =>
    compare(ids[a], ids[b]),
  );
  const rankOf = new Int32Array(ids.length).fill(-1);
  order.forEach((user, rank) => {
    rankOf[user] = rank;
  });
  return { userIds: Array.from(order, (user) => ids[user] as string), rankOf };
}

/** 1 for each id that is synced. */
function markSynced(ids: readonly string[], synced: Iterable<string> | undefined): Uint8Array {
  if (synced === undefined) return new Uint8Array(ids.length).fill(1);
  const all = new Set(synced);
  return Uint8Array.from(ids, (id) => (all.has(id) ? 1 : 0));
}

/**
 * Keeps one of the first `count` numbers for each user and course: the completed one, if there is one. Of each it keeps
 * only the user, by course, completed first.
 *
 * In place, half a number for each: there may be ten million.
 */
function groupGrants(taken: Float64Array<ArrayBuffer>, count: number, courseIds: readonly string[]) {
  const sorted = taken.subarray(0, count).sort();
  const users = new Uint32Array(taken.buffer);
  const courses = new Map<string, CourseGrants>();
  /** Who has not completed the current course. */
  const others: number[] = [];
  let start = 0;
  let end = 0;
  let lastPair = -1;
  for (let position = 0; position < count; position += 1) {
    const packed = sorted[position] as number;
    const course = courseOf(packed);
    // Reads the next number before anything is written over it.
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

/** This many statuses are counted separately; Percipio has fewer than ten. Garbage in a report must not fill memory. */
const statusesMax = 50;

/** How much of a status is kept. */
const charactersMax = 40;

/** Counts rows by status. Statuses that differ only in case and surrounding space are the same. */
class StatusTally {
  readonly #tallies = new Map<string, { readonly spelling: string; count: number }>();

  add(status: string): void {
    const folded = foldStatus(status).slice(0, charactersMax);
    const key = this.#tallies.has(folded) || this.#tallies.size < statusesMax ? folded : '(others)';
    const tally = this.#tallies.get(key);
    if (tally !== undefined) {
      tally.count += 1;
      return;
    }
    const spelling = key === folded ? status.trim().slice(0, charactersMax) : key;
    this.#tallies.set(key, { spelling, count: 1 });
  }

  /** Counts by spelling, the most frequent first. */
  read(): ReadonlyMap<string, number> {
    const tallies = [...this.#tallies.values()].sort((a, b) => b.count - a.count);
    return new Map(tallies.map(({ spelling, count }) => [spelling, count]));
  }
}
