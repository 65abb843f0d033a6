// Reads a learning-activity report while it arrives.
import type { ActivityRowSink, RowPlaces } from './activity-row-sink.ts';
import { activityFields } from './report-mapping.ts';
import { RowScanner } from './row-scanner.ts';
import type { Spans } from './scan-row.ts';

/** How far the reading is. */
export interface ReadProgress {
  /** Bytes of the report, after decompression. */
  readonly bytes: number;
  readonly rows: number;
}

export interface ReadActivityOptions {
  /** Ends the reading. What it is read from must heed the signal by itself where it waits. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each piece. */
  readonly onProgress?: ((progress: ReadProgress) => void) | undefined;
}

/**
 * Tells `sink` the rows of a report: a JSON array of objects, of which `contentUuid`, `userUuid` and `status` matter.
 * @throws ReportFormatError when it is none, or not complete; and whatever `body` or the signal throws.
 */
export async function readActivityRows(
  body: AsyncIterable<Uint8Array>,
  sink: ActivityRowSink,
  options: ReadActivityOptions = {},
): Promise<ReadProgress> {
  const reader = new RowScanner({ fields: activityFields, onRow: toSink(sink) });
  let bytes = 0;
  for await (const piece of body) {
    options.signal?.throwIfAborted();
    reader.push(piece);
    bytes += piece.length;
    options.onProgress?.({ bytes, rows: reader.rows });
  }
  reader.end();
  return { bytes, rows: reader.rows };
}

function toSink(sink: ActivityRowSink) {
  const places: RowPlaces = { content: 0, contentEnd: 0, user: 0, userEnd: 0, status: 0, statusEnd: 0 };
  return (bytes: Uint8Array, spans: Spans) => {
    places.content = spans[0] as number;
    places.contentEnd = spans[1] as number;
    places.user = spans[2] as number;
    places.userEnd = spans[3] as number;
    places.status = spans[4] as number;
    places.statusEnd = spans[5] as number;
    if (places.content < 0 || places.user < 0 || places.status < 0) sink.malformedRow();
    else sink.row(bytes, places);
  };
}
