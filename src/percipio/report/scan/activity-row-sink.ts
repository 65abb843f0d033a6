// The seam between reading a report and what is made of its rows.

/** Takes the rows of a report, one call each, in their order. */
export interface ActivityRowSink {
  /**
   * A row, as the report spells its ids and status: UTF-8 in `bytes`, from the place of each up to, and without, its
   * end. The bytes may change after the call.
   */
  row(bytes: Uint8Array, places: RowPlaces): void;
  /** A row that lacks one of the three, or has something else than text there. */
  malformedRow(): void;
}

/** The same object with each row. */
export interface RowPlaces {
  content: number;
  contentEnd: number;
  user: number;
  userEnd: number;
  status: number;
  statusEnd: number;
}
