// Reads a report with JSON.parse, row by row: never more than one row is held.
import type { ActivityRowReader, ActivityRowSink } from './activity-row-sink.ts';
import { RowSplitter } from './row-splitter.ts';

/** Real rows have about 900 bytes. */
const rowBytesMax = 16 * 1024 * 1024;

/** Reads the bytes of a report, and tells `sink` its rows. */
export function createJsonRowReader(sink: ActivityRowSink): ActivityRowReader {
  const splitter = new RowSplitter({
    rowBytesMax,
    onRow: (bytes, start, end) => {
      let row: Readonly<Record<string, unknown>>;
      try {
        row = JSON.parse(bytes.toString('utf8', start, end));
      } catch {
        // The text of a SyntaxError quotes what it is about.
        throw splitter.fail('has a row that is no valid JSON', splitter.rowOffset, false);
      }
      const { contentUuid, userUuid, status } = row;
      if (typeof contentUuid === 'string' && typeof userUuid === 'string' && typeof status === 'string') {
        sink.row(contentUuid, userUuid, status);
      } else {
        sink.malformedRow();
      }
    },
  });
  return {
    get rows() {
      return splitter.rows;
    },
    push: (bytes) => splitter.push(bytes),
    end: () => splitter.end(),
  };
}
