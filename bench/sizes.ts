// The organizations that the benchmark syncs.

export const sizeNames = ['S', 'M', 'L'] as const;
export type SizeName = (typeof sizeNames)[number];

export interface Size {
  readonly name: SizeName;
  readonly users: number;
  /** Items of the catalog; 13 of 20 are courses or assessments that are synced. */
  readonly items: number;
  /** Rows of the learning-activity report. */
  readonly rows: number;
  /**
   * The most people in one course; the rest of them are spread over other courses. Without a limit, nearly everybody is
   * in the first one, as the simulator has it.
   */
  readonly peopleInCourseMax: number;
}

/**
 * A Go connector may answer all grants of a course at once, and the runner of the Go SDK takes no answer above 4 MiB: about
 * 14,900 grants. With one more it could not be compared, for its sync fails.
 */
const peopleInOneAnswer = 14_000;

export const sizes: Readonly<Record<SizeName, Size>> = {
  S: { name: 'S', users: 1000, items: 385, rows: 20_000, peopleInCourseMax: peopleInOneAnswer },
  M: { name: 'M', users: 20_000, items: 7700, rows: 1_000_000, peopleInCourseMax: peopleInOneAnswer },
  L: { name: 'L', users: 100_000, items: 30_770, rows: 10_000_000, peopleInCourseMax: Number.POSITIVE_INFINITY },
};

/** About how large a row of the report is: for what must fit on the disk. */
export const rowBytesAbout = 900;
