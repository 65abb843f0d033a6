// Reads a learning-activity report while it arrives.
import type { ActivityRowSink } from './activity-row-sink.ts';
import { createJsonRowReader } from './json-row-reader.ts';

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
  const reader = createJsonRowReader(sink);
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
