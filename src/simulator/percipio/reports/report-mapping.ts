// JSONata mappings of reports, limited to picking fields: `[$.{"name": field, …}]`, with or without the brackets.
import { notSimulated, type Pieces } from '../http/answer.ts';

/** The fields of mapped rows with their new names, and whether the result is always a list. */
export interface ReportMapping {
  readonly fields: readonly (readonly [name: string, field: string])[];
  readonly isList: boolean;
}

const picking = /^(\[)?\s*\$\s*\.\s*\{([^{}]*)\}\s*(\])?$/;
const pair = /^\s*"([^"\\]+)"\s*:\s*([A-Za-z_]\w*)\s*$/;

/** Throws 501 for any other JSONata. */
export function readReportMapping(text: string): ReportMapping {
  const [, open, pairs, close] = picking.exec(text.trim()) ?? [];
  const fields = pairs?.split(',').map((each) => {
    const [, name, field] = pair.exec(each) ?? [];
    return name !== undefined && field !== undefined ? ([name, field] as const) : undefined;
  });
  if ((open === undefined) !== (close === undefined) || !fields?.every((field) => field !== undefined)) {
    throw notSimulated(`JSONata mappings other than [$.{"name": field}]: ${text}`);
  }
  return { fields, isList: open !== undefined };
}

/**
 * Maps a report as JSONata does: fields that a row lacks are omitted; where the result is not always a list, a single
 * row maps to an object, and no rows map to nothing.
 */
export async function* mapReport(report: Pieces, { fields, isList }: ReportMapping): AsyncGenerator<string> {
  const pieces: Buffer[] = [];
  // Copied: the source may reuse the buffer of a piece.
  for await (const piece of report) pieces.push(Buffer.from(piece as Buffer));
  const rows = (JSON.parse(Buffer.concat(pieces).toString()) as (Readonly<Record<string, unknown>> | null)[]).map(
    (row) => Object.fromEntries(fields.map(([name, field]) => [name, row?.[field]])),
  );
  if (isList || rows.length > 1) {
    yield JSON.stringify(rows);
  } else if (rows[0] !== undefined) {
    yield JSON.stringify(rows[0]);
  }
}
