// Who completed or is in which course: what a learning-activity report says, packed.
import type { ActivityCounts } from './activity-counts.ts';
import type { ActivityStatus } from './activity-status.ts';
import { statusOf, userOf } from './packed-activity.ts';

/** What an index is made of. Made by an ActivityIndexBuilder. */
export interface ActivityIndexParts {
  readonly counts: ActivityCounts;
  /** The courses that have grants, and behind which grant, from 0, the grants of each end. */
  readonly courseEnds: ReadonlyMap<string, number>;
  /** In order by course, then status, completed first, then user. */
  readonly packed: Float64Array<ArrayBuffer>;
  /** By the number of a user in `packed`. */
  readonly userIds: readonly string[];
}

/**
 * The grants that a report gives: at most one for each person and course. They take 8 bytes each, beside the ids.
 *
 * The grants of a course are in the order of their statuses and user ids, whatever the order of the rows, so that a
 * position in them means the same in every process that reads the same report with the same users. It is also the order
 * of their entitlements and principals, in which a .c1z file is written fastest.
 */
export class ActivityIndex {
  readonly counts: ActivityCounts;
  /** Ids of the courses that have grants, sorted. */
  readonly courseIds: readonly string[];
  readonly #ranges = new Map<string, { readonly start: number; readonly end: number }>();
  readonly #packed: Float64Array;
  readonly #userIds: readonly string[];

  constructor(parts: ActivityIndexParts) {
    this.counts = parts.counts;
    this.courseIds = [...parts.courseEnds.keys()].sort();
    this.#packed = parts.packed;
    this.#userIds = parts.userIds;
    let start = 0;
    for (const [courseId, end] of parts.courseEnds) {
      this.#ranges.set(courseId, { start, end });
      start = end;
    }
  }

  /** The ids of `courseIds` from an id on, whether it is among them or not. */
  courseIdsFrom(courseId: string): readonly string[] {
    let low = 0;
    let high = this.courseIds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.courseIds[middle] as string) < courseId) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return this.courseIds.slice(low);
  }

  /** How many people have a grant of this course; 0 for a course that the report does not have. */
  countOf(courseId: string): number {
    const range = this.#ranges.get(courseId);
    return range === undefined ? 0 : range.end - range.start;
  }

  /**
   * Visits grants of a course, in order.
   * @param from - How many of its grants to skip.
   * @param count - How many to visit at most.
   */
  visit(
    courseId: string,
    from: number,
    count: number,
    visitor: (userId: string, status: ActivityStatus) => void,
  ): void {
    const range = this.#ranges.get(courseId);
    if (range === undefined) return;
    const end = Math.min(range.end, range.start + from + count);
    for (let position = range.start + from; position < end; position += 1) {
      const packed = this.#packed[position] as number;
      visitor(this.#userIds[userOf(packed)] as string, statusOf(packed));
    }
  }
}
