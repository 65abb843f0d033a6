// Rows of CSV with a header, as people and spreadsheets write it: separated by commas, semicolons or tabs.
import { CsvError, parse } from 'csv-parse/sync';
import { rowLengthMax, rowsMax } from './limits.ts';
import { normalizeColumn, type Row, type RowFault, type Rows, toUsageError } from './row.ts';

interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

/** @throws UsageError that lists all faults of the header and of the rows. */
export function readCsvRows(text: string, path: string): Rows {
  const [header, ...records] = parseRecords(text, path);
  const columns = header?.cells.map(normalizeColumn) ?? [];
  const headerLine = header?.line ?? 1;
  const faults: RowFault[] = columns
    .filter((column, index) => column !== '' && columns.indexOf(column) !== index)
    .map((column) => ({ line: headerLine, problem: `has the column ${column} twice` }));
  const rows = records.map(({ line, cells }): Row => {
    // Spreadsheets leave empty columns at the right.
    const stray = cells.findIndex((cell, index) => cell !== '' && !columns[index]);
    if (stray >= 0) faults.push({ line, problem: `cell ${stray + 1} has no column: is a separator not in quotes?` });
    const filled = cells.flatMap((cell, index) => (cell === '' ? [] : [[columns[index] ?? '', cell] as const]));
    return { line, values: new Map(filled) };
  });
  if (faults.length > 0) throw toUsageError(path, faults);
  return {
    rows,
    columns: new Map(columns.filter((column) => column !== '').map((column) => [column, headerLine])),
  };
}

function parseRecords(text: string, path: string): CsvRecord[] {
  const records: CsvRecord[] = [];
  try {
    parse(text, {
      delimiter: findDelimiter(text),
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      max_record_size: rowLengthMax,
      on_record: (cells: string[], { lines }) => {
        records.push({ line: lines, cells: cells.map((cell) => cell.trim()) });
        if (records.length > rowsMax + 1) {
          throw toUsageError(path, [{ line: lines, problem: `the file has more than ${rowsMax} rows: split it` }]);
        }
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error.lines === 'number' ? error.lines : (records.at(-1)?.line ?? 0) + 1;
    throw toUsageError(path, [{ line, problem: problems[error.code] ?? `malformed CSV (${error.code})` }]);
  }
  return records;
}

/** Without the text of the row, which the parser's own messages quote. */
const problems: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote is not closed',
  CSV_INVALID_CLOSING_QUOTE: 'a quote within a quoted cell must be doubled',
  INVALID_OPENING_QUOTE: 'a quote in the middle of a cell: put the cell in quotes, and double this one',
  CSV_MAX_RECORD_SIZE: `is longer than ${rowLengthMax} characters`,
};

/** The separator that the header has most of, outside quotes. */
function findDelimiter(text: string): string {
  const counts: Record<string, number> = { ',': 0, ';': 0, '\t': 0 };
  let isQuoted = false;
  for (const character of text.trimStart().slice(0, rowLengthMax)) {
    if (character === '\n' && !isQuoted) break;
    if (character === '"') isQuoted = !isQuoted;
    if (!isQuoted && character in counts) counts[character] = (counts[character] ?? 0) + 1;
  }
  return Object.entries(counts).reduce((best, each) => (each[1] > best[1] ? each : best))[0];
}
