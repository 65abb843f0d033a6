// The organizations that the benchmark syncs.

export const sizeNames = ['S', 'M', 'L'] as const;
export type SizeName = (typeof sizeNames)[number];

export interface Size {
  readonly name: SizeName;
  readonly users: number;
  /** Catalog items; 13 of 20 are courses or assessments that are synced. */
  readonly items: number;
  /** Rows of the learning-activity report. */
  readonly rows: number;
  /**
   * The maximum number of users per course; the remaining rows are spread over other courses. Without a limit, nearly
   * everybody is in the first course, as the simulator has it.
   */
  readonly peopleInCourseMax: number;
}

/**
 * A Go connector may return all grants of a course in one response, and the Go SDK's runner accepts at most 4 MiB:
 * about 14,900 grants. With more its sync fails, and there is nothing to compare.
 */
const peopleInOneAnswer = 14_000;

export const sizes: Readonly<Record<SizeName, Size>> = {
  S: { name: 'S', users: 1000, items: 385, rows: 20_000, peopleInCourseMax: peopleInOneAnswer },
  M: { name: 'M', users: 20_000, items: 7700, rows: 1_000_000, peopleInCourseMax: peopleInOneAnswer },
  L: { name: 'L', users: 100_000, items: 30_770, rows: 10_000_000, peopleInCourseMax: Number.POSITIVE_INFINITY },
};

/** The approximate size of a report row, to estimate disk usage. */
export const rowBytesAbout = 900;
