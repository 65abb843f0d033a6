// Reads a report from bytes that are cut where a test wants them cut.
import { activityFields } from '../../../../src/percipio/report/scan/activity-index-builder.ts';
import { scanRows } from '../../../../src/percipio/report/scan/scan-rows.ts';

/** The wanted texts of a row, or that it is malformed. */
export type SeenRow = readonly [contentUuid: string, userUuid: string, status: string] | 'malformed';

/** Reads a report that arrives in these pieces. */
export async function readRows(pieces: Iterable<Uint8Array>): Promise<SeenRow[]> {
  const seen: SeenRow[] = [];
  await scanRows(
    (async function* () {
      yield* pieces;
    })(),
    activityFields,
    (bytes, spans) => {
      const text = (field: number) => Buffer.from(bytes.subarray(spans[2 * field], spans[2 * field + 1])).toString();
      const isMalformed = [0, 1, 2].some((field) => (spans[2 * field] ?? -1) < 0);
      seen.push(isMalformed ? 'malformed' : [text(0), text(1), text(2)]);
    },
  );
  return seen;
}

/** Cuts bytes at these places. Places beyond the end, and equal ones, make empty pieces. */
export function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [...places].sort((a, b) => a - b);
  return [...sorted, bytes.length].map((end, index) => bytes.subarray(sorted[index - 1] ?? 0, end));
}

/** Cuts bytes into pieces of one length. */
export function chop(bytes: Uint8Array, length: number): Uint8Array[] {
  const count = Math.ceil(bytes.length / length);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * length, (index + 1) * length));
}
