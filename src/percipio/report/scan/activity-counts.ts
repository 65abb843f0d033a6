// What became of the rows of a report.

/** Each row counts once: `rows` is the sum of `grants`, `duplicates` and all that was left out. */
export interface ActivityCounts {
  readonly rows: number;
  readonly grants: number;
  /** Rows of a person and a course that have a grant from another row. */
  readonly duplicates: number;
  /** Rows without a content id, a user id or a status. */
  readonly malformed: number;
  /** Rows whose status gives no grant: how many by status, spelled as it came first. */
  readonly otherStatuses: ReadonlyMap<string, number>;
  /** Rows whose course is not among the known ones. */
  readonly unknownCourses: number;
  /** Rows whose course is known, and whose user is not. */
  readonly unknownUsers: number;
}
