// Asking Percipio to leave out of a report what nobody reads, and noticing when it did something else.
import type { ActivityRowSink, RowPlaces } from './activity-row-sink.ts';
import { ReportFormatError } from './report-format-error.ts';

/** The fields of a row that matter. */
export const activityFields = ['contentUuid', 'userUuid', 'status'] as const;

/**
 * The JSONata for a report of rows with these fields alone. It stands in brackets since JSONata makes of a list with one
 * row that row, and of one without rows nothing.
 */
export const activityMapping = `[$.{${activityFields.map((field) => `"${field}": ${field}`).join(', ')}}]`;

/** So many rows without a field may be odd rows, and no more. */
const oddRowsMax = 100;

/**
 * Passes rows on. What a mapping makes is documented roughly, and rows that nobody understands give no grants: so that is
 * no success when it is said of all rows.
 */
export class MappedRows implements ActivityRowSink {
  readonly #sink: ActivityRowSink;
  #rows = 0;
  #malformed = 0;

  constructor(sink: ActivityRowSink) {
    this.#sink = sink;
  }

  row(bytes: Uint8Array, places: RowPlaces): void {
    this.#rows += 1;
    this.#sink.row(bytes, places);
  }

  /** @throws ReportFormatError when the first hundred rows were like that. */
  malformedRow(): void {
    this.#malformed += 1;
    if (this.#rows === 0 && this.#malformed === oddRowsMax) {
      this.#fail();
    }
    this.#sink.malformedRow();
  }

  /** @throws ReportFormatError when there were rows, and all of them were like that. */
  end(): void {
    if (this.#rows === 0 && this.#malformed > 0) {
      this.#fail();
    }
  }

  #fail(): never {
    const problem = `has no row with ${activityFields.join(', ')}`;
    throw new ReportFormatError(problem, { byteOffset: 0, row: this.#malformed, isCutOff: false });
  }
}
