// Who completed or is in which course: what a learning-activity report says, packed.
import type { ActivityCounts } from './activity-counts.ts';
import type { ActivityStatus } from './activity-status.ts';

/** Where the grants of a course are: those of people who completed it, from `start` on, and those of the others. */
export interface CourseGrants {
  readonly start: number;
  readonly startOfOthers: number;
  readonly end: number;
}

/** What an index is made of. Made by an ActivityIndexBuilder. */
export interface ActivityIndexParts {
  readonly counts: ActivityCounts;
  /** The courses that have grants. */
  readonly courses: ReadonlyMap<string, CourseGrants>;
  /** The number of the user of each grant: in order by course, then status, completed first, then user. */
  readonly users: Uint32Array<ArrayBuffer>;
  /** By the number of a user. */
  readonly userIds: readonly string[];
}

/**
 * The grants that a report gives: at most one for each person and course. They take 4 bytes each, beside the ids.
 *
 * The grants of a course are in the order of their statuses and user ids, whatever the order of the rows, so that a
 * position in them means the same in every process that reads the same report with the same users. It is also the order
 * of their entitlements and principals, in which a .c1z file is written fastest.
 */
export class ActivityIndex {
  readonly counts: ActivityCounts;
  /** Ids of the courses that have grants, sorted. */
  readonly courseIds: readonly string[];
  readonly #courses: ReadonlyMap<string, CourseGrants>;
  readonly #users: Uint32Array;
  readonly #userIds: readonly string[];

  constructor({ counts, courses, users, userIds }: ActivityIndexParts) {
    this.counts = counts;
    this.courseIds = [...courses.keys()].sort();
    this.#courses = courses;
    this.#users = users;
    this.#userIds = userIds;
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
    const grants = this.#courses.get(courseId);
    return grants === undefined ? 0 : grants.end - grants.start;
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
    const grants = this.#courses.get(courseId);
    if (grants === undefined) return;
    const end = Math.min(grants.end, grants.start + from + count);
    for (let position = grants.start + from; position < end; position += 1) {
      const status = position < grants.startOfOthers ? 'completed' : 'in_progress';
      visitor(this.#userIds[this.#users[position] as number] as string, status);
    }
  }
}
