// The seam between reading a report and what is made of its rows.

/** Takes the rows of a report, one call each, in their order. */
export interface ActivityRowSink {
  /** A row, as the report spells its ids and status. */
  row(contentUuid: string, userUuid: string, status: string): void;
  /** A row that lacks one of the three, or has something else than text there. */
  malformedRow(): void;
}

/**
 * Takes the bytes of a report as they arrive, and tells a sink its rows. Nothing here waits: whoever has the bytes
 * decides when to go on.
 */
export interface ActivityRowReader {
  /** How many rows were read. */
  readonly rows: number;
  /** @throws ReportFormatError when the bytes are no report. */
  push(bytes: Uint8Array): void;
  /** @throws ReportFormatError when the report is not complete. */
  end(): void;
}
