// Plans the learning activity of a simulated organization: each row is computed from its position, none is stored.
import { isCourseOrAssessment, isInactiveAt } from '../organization/content-kinds.ts';
import type { Organization } from '../organization/organization.ts';
import { hash32 } from '../random.ts';

const DAY_MS = 86_400_000;

/** No activity is later than this, whatever the clock says: a seed gives the same report on any day. */
export const ACTIVITY_UNTIL_MS = Date.UTC(2025, 0, 1);
/** All activity falls in the four years before ACTIVITY_UNTIL_MS. */
export const ACTIVITY_SPAN_MS = 4 * 365 * DAY_MS;

/** The values of `status`, and how many of 10,000 rows have each. */
const STATUS_SHARES = [
  ['Completed', 6300],
  ['Started', 2900],
  ['Achieved', 250],
  ['Active', 200],
  ['Abandoned', 80],
  ['Listened', 80],
  ['Read', 80],
  ['Watched', 80],
  ['COMPLETED', 6],
  ['started', 6],
  ['aChieved', 6],
  ['ACTIVE', 6],
  ['watched', 6],
] as const;

export const ROW_STATUSES: readonly string[] = STATUS_SHARES.map(([status]) => status);

/** Maps a number from 0 to 9,999 to the status of a row. */
const STATUS_IN_10_000 = Uint8Array.from(
  STATUS_SHARES.flatMap(([, share], status) => Array<number>(share).fill(status)),
);

/** One row. Reading the next row overwrites it. */
export interface ActivityRow {
  /** Index of the content, below `contentsEver`. */
  content: number;
  /** Index of the user, below `usersEver`. */
  user: number;
  /** Index in ROW_STATUSES. */
  status: number;
  /** Random bits for the remaining fields of the row. */
  bits: number;
  lastAccessMs: number;
}

/** A range of rows by position: from `first` (inclusive) to `end` (exclusive). */
export interface RowRange {
  readonly first: number;
  readonly end: number;
}

export interface ActivityPlan {
  /**
   * Total rows: `activityRows` on courses and assessments of the catalog, plus one eighth as many on other content, plus
   * one tenth as many on live courses and on compliance courses that are not in the catalog, if there are any.
   */
  readonly rows: number;
  /** Writes the row at a position into `row`. Positions run from the latest access to the earliest. */
  read(position: number, row: ActivityRow): void;
  /** The rows whose last access falls in a period, both ends included. */
  inPeriod(startMs: number, endMs: number): RowRange;
}

/**
 * Plans the rows. Of those on courses and assessments:
 * - up to a fifth are on the first course, which 95 % of the users have; the rest follow a square law over all courses,
 *   INACTIVE ones included (of 5,000 courses, the most popular gets 1.4 % and a quarter get half of the rows);
 * - 6 % repeat the course and user of another row, often with another status;
 * - 0.8 % name deleted users, and 0.8 % courses that left the catalog;
 * - statuses are distributed as in STATUS_SHARES.
 */
export function planActivity(organization: Organization, activityRows: number): ActivityPlan {
  const { seed, users, courses, usersEver, leftCourses, contentsEver } = organization;
  const indexes = Array.from({ length: courses }, (_, index) => index);
  const learnt = Uint32Array.from(indexes.filter((index) => isCourseOrAssessment(organization.contentKindAt(index))));
  const others = Uint32Array.from(indexes.filter((index) => !isCourseOrAssessment(organization.contentKindAt(index))));
  const mandatory = learnt.find((index) => !isInactiveAt(index)) ?? 0;
  const mandatoryRows = courses > 0 ? Math.min(Math.floor(users * 0.95), Math.floor(activityRows / 5)) : 0;
  const rowsInCatalog = activityRows + (others.length > 0 ? Math.floor(activityRows / 8) : 0);
  const firstExtra = courses + leftCourses;
  const rows = rowsInCatalog + (contentsEver > firstExtra ? Math.floor(activityRows / 10) : 0);
  const step = stepThrough(rows);
  const offset = rows > 0 ? hash32(seed, 0x0ff5e7) % rows : 0;
  const lastAccessMs = (position: number): number =>
    ACTIVITY_UNTIL_MS - 1 - Math.floor(position * (ACTIVITY_SPAN_MS / rows));

  // Separate hash keys, so that content and user are independent.
  const contentKey = hash32(seed, 0xac71);
  const userKey = hash32(seed, 0xac72);
  const rowKey = hash32(seed, 0xac73);

  const contentOf = (slot: number): number => {
    if (slot < mandatoryRows) return mandatory;
    const bits = hash32(contentKey, slot);
    if (slot >= rowsInCatalog) return firstExtra + (bits % (contentsEver - firstExtra));
    const pool = slot < activityRows ? learnt : others;
    if (pool.length === 0 || (slot < activityRows && bits % 128 === 0)) {
      return courses + ((bits >>> 7) % leftCourses);
    }
    const popularity = bits / 2 ** 32;
    return pool[Math.floor(pool.length * popularity * popularity)] ?? mandatory;
  };
  const userOf = (slot: number): number => {
    if (slot < mandatoryRows) return slot;
    const bits = hash32(userKey, slot);
    if (users === 0 || bits % 128 === 0) {
      return users + ((bits >>> 7) % (usersEver - users));
    }
    return Math.floor((bits / 2 ** 32) * users);
  };

  const read = (position: number, row: ActivityRow): void => {
    const slot = (position * step + offset) % rows;
    const bits = hash32(rowKey, slot);
    const repeats = slot > 0 && slot < activityRows && bits % 50 < 3;
    const pairSlot = repeats ? slot - 1 - ((bits >>> 6) % Math.min(slot, 1000)) : slot;
    row.content = contentOf(pairSlot);
    row.user = userOf(pairSlot);
    row.status = STATUS_IN_10_000[(bits >>> 4) % 10_000] ?? 0;
    row.bits = bits;
    row.lastAccessMs = lastAccessMs(position);
  };
  return { rows, read, inPeriod: (startMs, endMs) => rangeInPeriod(rows, lastAccessMs, startMs, endMs) };
}

/** Creates a row to read into. */
export function createActivityRow(): ActivityRow {
  return { content: 0, user: 0, status: 0, bits: 0, lastAccessMs: 0 };
}

/** A step that visits each of `count` slots exactly once and mixes them well (near the golden ratio). */
function stepThrough(count: number): number {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  let step = Math.max(1, Math.floor(count * 0.6180339887));
  while (divisor(step, count) !== 1 && count > 0) {
    step += 1;
  }
  return step;
}

function rangeInPeriod(
  rows: number,
  lastAccessMs: (position: number) => number,
  startMs: number,
  endMs: number,
): RowRange {
  const firstAtOrBefore = (ms: number): number => {
    let low = 0;
    let high = rows;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (lastAccessMs(middle) <= ms) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  return { first: firstAtOrBefore(endMs), end: firstAtOrBefore(startMs - 1) };
}
