// Who completed or is in which course: what a learning-activity report says, packed.
import { type ActivityDetails, type PackedDetails, unpackDetails } from './activity-details.ts';
import type { ActivityStatus } from './activity-status.ts';
import type { CourseGrants } from './packed-activities.ts';

/** What became of the rows of a report. Each counts once: `rows` is the sum of `grants`, `duplicates` and all skipped. */
interface ActivityCounts {
  readonly rows: number;
  readonly grants: number;
  /** Rows of a user and a course that have a grant from another row. */
  readonly duplicates: number;
  /** Rows without a content id, a user id or a status. */
  readonly malformed: number;
  /** Rows whose status gives no grant, by status, as it was spelled first; the most frequent first. */
  readonly otherStatuses: ReadonlyMap<string, number>;
  /** Rows whose course is not synced. */
  readonly unknownCourses: number;
  /** Rows whose course is synced, and whose user is not. */
  readonly unknownUsers: number;
}

/** What an ActivityIndexBuilder builds. */
export interface ActivityIndexParts {
  readonly counts: ActivityCounts;
  /** The courses that have grants. */
  readonly courses: ReadonlyMap<string, CourseGrants>;
  /** The number of the user of each grant: ordered by course, then status (completed first), then user. */
  readonly users: Uint32Array<ArrayBuffer>;
  /** By user number. */
  readonly userIds: readonly string[];
  /** Undefined if they were not wanted. */
  readonly details: PackedDetails | undefined;
}

/**
 * The grants that a report gives: at most one for each user and course. They take 4 bytes each, plus the ids.
 *
 * The grants of a course are ordered by status and user id, whatever the order of the rows, so that a position means the
 * same in every process that reads the same report with the same users. This is also the order of their entitlements and
 * principals, in which a .c1z file is written fastest.
 */
export class ActivityIndex {
  readonly counts: ActivityCounts;
  /** Ids of the courses that have grants, sorted. */
  readonly courseIds: readonly string[];
  readonly #courses: ReadonlyMap<string, CourseGrants>;
  readonly #users: Uint32Array;
  readonly #userIds: readonly string[];
  readonly #details: PackedDetails | undefined;

  constructor({ counts, courses, users, userIds, details }: ActivityIndexParts) {
    this.counts = counts;
    this.courseIds = [...courses.keys()].sort();
    this.#courses = courses;
    this.#users = users;
    this.#userIds = userIds;
    this.#details = details;
  }

  /** How many details could not be read, by field. */
  get unreadDetails(): ReadonlyMap<string, number> {
    return this.#details?.unread ?? new Map();
  }

  /** The ids in `courseIds` from an id on, which need not be one of them. */
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

  /** How many users have a grant of this course; 0 for a course that the report does not have. */
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
    visitor: (userId: string, status: ActivityStatus, details: ActivityDetails | undefined) => void,
  ): void {
    const grants = this.#courses.get(courseId);
    if (grants === undefined) return;
    const end = Math.min(grants.end, grants.start + from + count);
    for (let position = grants.start + from; position < end; position += 1) {
      const status = position < grants.startOfOthers ? 'completed' : 'in_progress';
      const details = unpackDetails(this.#details?.packed[position] ?? 0);
      visitor(this.#userIds[this.#users[position] as number] as string, status, details);
    }
  }
}
