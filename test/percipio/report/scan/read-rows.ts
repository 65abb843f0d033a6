// Reads a report from bytes that are cut where a test wants them cut.
import { readActivityRows } from '../../../../src/percipio/report/scan/read-activity-rows.ts';

/** What a sink was told: a row, or that one is malformed. */
export type SeenRow = readonly [contentUuid: string, userUuid: string, status: string] | 'malformed';

/** Reads a report that arrives in these pieces. */
export async function readRows(pieces: Iterable<Uint8Array>): Promise<SeenRow[]> {
  const seen: SeenRow[] = [];
  await readActivityRows(
    (async function* () {
      yield* pieces;
    })(),
    {
      row: (bytes, { content, contentEnd, user, userEnd, status, statusEnd }) => {
        const text = (start: number, end: number) => Buffer.from(bytes.subarray(start, end)).toString();
        seen.push([text(content, contentEnd), text(user, userEnd), text(status, statusEnd)]);
      },
      malformedRow: () => seen.push('malformed'),
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
