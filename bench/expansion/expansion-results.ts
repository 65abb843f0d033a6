// What an expansion of grants has measured.

export interface ExpansionRun {
  /** Of the expansion, until all rows and indexes are written; without packing the file. */
  readonly wallMs: number;
  readonly cpuMs: number;
  /** Of the whole process, which also writes or unpacks the direct grants. */
  readonly peakBytes: number;
  /** All grants in the file afterwards. */
  readonly grants: number;
  readonly otherWork: number;
}

export interface ExpansionResults {
  /** The number of grants before, and of those that follow from them. */
  readonly direct: number;
  readonly expanded: number;
  readonly ours: ExpansionRun;
  /** The Go SDK's syncer, with SQLite. */
  readonly go: ExpansionRun;
}
