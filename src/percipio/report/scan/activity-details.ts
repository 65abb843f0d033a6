// When somebody completed a course, and with which score: read and kept only on request (--activity-details).
import { type CourseGrants, courseOf, NumberList, statusOf, userOf } from './packed-activities.ts';
import type { Spans } from './scan-row.ts';

/** The fields of a row that have it. Percipio's documents call the score an integer; rows seen have strings. */
export const detailFields = ['completedDate', 'highScore'] as const;

/** What a report says of a grant besides its status. */
export interface ActivityDetails {
  /** `YYYY-MM-DD`, by UTC: Percipio does not say more. */
  readonly completedDate: string | undefined;
  /** The best score, usually in percent, to two decimals. */
  readonly highScore: number | undefined;
}

/** The details of all grants. */
export interface PackedDetails {
  /** One number for each grant, in their order: see {@link unpackDetails}. */
  readonly packed: Uint32Array<ArrayBuffer>;
  /** How many values could not be read, by field. */
  readonly unread: ReadonlyMap<string, number>;
}

// score * scoreStep + day: each plus one, and 0 for nothing. A day is one since 1970, up to 2149, a score is in hundredths.
const scoreStep = 2 ** 16;
const partMax = scoreStep - 1;
const dayMs = 86_400_000;

/** Undefined for a grant of which the report says nothing. */
export function unpackDetails(packed: number): ActivityDetails | undefined {
  if (packed === 0) return undefined;
  const day = packed % scoreStep;
  const score = Math.floor(packed / scoreStep);
  return {
    completedDate: day === 0 ? undefined : new Date((day - 1) * dayMs).toISOString().slice(0, 10),
    highScore: score === 0 ? undefined : (score - 1) / 100,
  };
}

/** Where the grants of a report are. Their details have the same positions. */
export interface GrantPlaces {
  /** By course number; undefined for a course without grants. */
  readonly courses: readonly (CourseGrants | undefined)[];
  /** The ranks of users, ascending for each course and status. */
  readonly users: Uint32Array;
  /** The rank of a user by number; negative, and so not among `users`, for one who is not synced. */
  readonly rankOf: Int32Array;
}

/**
 * Collects the dates and scores of rows, and assigns them to grants at the end. In between, each row that has either takes
 * 16 bytes: the row itself, packed, and its details.
 */
export class DetailsBuilder {
  readonly #activities = new NumberList();
  readonly #details = new NumberList();
  readonly #unread = new Map<string, number>();

  /**
   * @param spans - Where the fields of the row are: those of {@link detailFields}, in their order, begin at index `from`.
   * @param activity - The course, user and status of the row, packed.
   */
  row(bytes: Uint8Array, spans: Spans, from: number, activity: number): void {
    const day = this.#read(0, bytes, spans, from, readDay);
    const score = this.#read(1, bytes, spans, from, readScore);
    const details = score * scoreStep + (statusOf(activity) === 'completed' ? day : 0);
    if (details === 0) return;
    this.#activities.push(activity);
    this.#details.push(details);
  }

  #read(
    field: 0 | 1,
    bytes: Uint8Array,
    spans: Spans,
    from: number,
    read: (text: string) => number | undefined,
  ): number {
    const start = spans[from + 2 * field] as number;
    if (start < 0) return 0;
    const end = spans[from + 2 * field + 1] as number;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start)
      .toString('latin1')
      .trim();
    if (text === '' || text === 'null') return 0;
    const value = read(text);
    if (value !== undefined && value < partMax) return value + 1;
    const name = detailFields[field];
    this.#unread.set(name, (this.#unread.get(name) ?? 0) + 1);
    return 0;
  }

  /** The details by grant. Of several rows for one grant, the latest date and the best score count. */
  finish({ courses, users, rankOf }: GrantPlaces): PackedDetails {
    const activities = this.#activities.drain();
    const details = this.#details.drain();
    const packed = new Uint32Array(users.length);
    for (let row = 0; row < activities.length; row += 1) {
      const activity = activities[row] as number;
      const grants = courses[courseOf(activity)];
      const rank = rankOf[userOf(activity)] as number;
      if (grants === undefined) continue;
      const { start, startOfOthers, end } = grants;
      const isCompleted = statusOf(activity) === 'completed';
      const place = findSorted(users, rank, isCompleted ? start : startOfOthers, isCompleted ? startOfOthers : end);
      // A user who has completed the course has no other grant of it.
      if (place !== undefined) packed[place] = mergeDetails(packed[place] as number, details[row] as number);
    }
    return { packed, unread: this.#unread };
  }
}

function mergeDetails(one: number, other: number): number {
  const day = Math.max(one % scoreStep, other % scoreStep);
  return Math.max(Math.floor(one / scoreStep), Math.floor(other / scoreStep)) * scoreStep + day;
}

/** Where a number is in a part of an ascending list. */
function findSorted(numbers: Uint32Array, wanted: number, start: number, end: number): number | undefined {
  let low = start;
  let high = end;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] as number) < wanted) low = middle + 1;
    else high = middle;
  }
  return low < end && numbers[low] === wanted ? low : undefined;
}

/** Days since 1970 of `2020-08-25` or `2020-08-25T00:00:00.000Z`; undefined for anything else. */
function readDay(text: string): number | undefined {
  const date = /^\d{4}-\d\d-\d\d(?=$|[T ])/.exec(text)?.[0];
  const ms = Date.parse(`${date}T00:00:00Z`);
  // Date takes a 30th of February for the 1st of March.
  const isReal = ms >= 0 && new Date(ms).toISOString().startsWith(`${date}`);
  return isReal ? ms / dayMs : undefined;
}

/** Hundredths. */
function readScore(text: string): number | undefined {
  const score = Number(/^\d+(?:\.\d+)?(?=$|%)/.exec(text)?.[0]);
  return score >= 0 ? Math.round(score * 100) : undefined;
}
