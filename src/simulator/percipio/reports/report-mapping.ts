// JSONata mappings of reports, of the one form that picks fields: `[$.{"name": field, …}]`, with or without the brackets.
import { notSimulated, type Pieces } from '../http/answer.ts';

/** Which fields rows get under which names, and whether the result is a list whatever it holds. */
export interface ReportMapping {
  readonly fields: readonly (readonly [name: string, field: string])[];
  readonly isList: boolean;
}

const picking = /^(\[)?\s*\$\s*\.\s*\{([^{}]*)\}\s*(\])?$/;
const pair = /^\s*"([^"\\]+)"\s*:\s*([A-Za-z_]\w*)\s*$/;

/** Throws 501 for JSONata of any other form. */
export function readReportMapping(text: string): ReportMapping {
  const [, open, pairs, close] = picking.exec(text.trim()) ?? [];
  const fields = pairs?.split(',').map((each) => {
    const [, name, field] = pair.exec(each) ?? [];
    return name !== undefined && field !== undefined ? ([name, field] as const) : undefined;
  });
  if ((open === undefined) !== (close === undefined) || !fields?.every((field) => field !== undefined)) {
    throw notSimulated(`JSONata mappings but those that pick fields, as [$.{"name": field}]: ${text}`);
  }
  return { fields, isList: open !== undefined };
}

/**
 * Maps a report as JSONata does: a field that a row lacks is left out; where the result is no list by itself, one row
 * gives that row, and no row gives nothing.
 */
export async function* mapReport(report: Pieces, { fields, isList }: ReportMapping): AsyncGenerator<string> {
  const pieces: Buffer[] = [];
  // Copied: who gives a piece may write it anew.
  for await (const piece of report) pieces.push(Buffer.from(piece as Buffer));
  const rows = (JSON.parse(Buffer.concat(pieces).toString()) as Readonly<Record<string, unknown>>[]).map((row) =>
    Object.fromEntries(fields.map(([name, field]) => [name, row[field]])),
  );
  if (isList || rows.length > 1) {
    yield JSON.stringify(rows);
  } else if (rows[0] !== undefined) {
    yield JSON.stringify(rows[0]);
  }
}
