// Writes tables for programs: CSV, JSON lines and XLSX, row by row.
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { writeCsv } from 'hucre/csv';
import { writeXlsxStream } from 'hucre/xlsx';
import { UsageError } from '../../author/usage-error.ts';
import { escapeControls } from '../../net/escape-controls.ts';
import type { JsonRecord } from '../records.ts';
import type { AnyTable, Cell } from '../table.ts';

/** The forms of a file of rows. */
export const rowFormats = ['csv', 'ndjson', 'xlsx'] as const;
export type RowFormat = (typeof rowFormats)[number];

/** For a new file: it has the names and e-mail addresses of people. */
const newFileMode = 0o600;
/** As in Excel. */
const cellMaxChars = 32_767;

/** Text that a program for spreadsheets could take for a formula, which can send data elsewhere. Also in full width. */
const formula = /^[=+\-@|\t\r\n＝＋－＠]/u;

/** CSV, with a head. Cells that could be formulas begin with an apostrophe. */
export function* toCsv({ columnNames, cellRows }: Pick<AnyTable, 'columnNames' | 'cellRows'>): Generator<string> {
  const line = (cells: readonly Cell[]) => `${writeCsv([cells.map(makeHarmless)])}\n`;
  yield line(columnNames);
  yield* cellRows().map(line);
}

function makeHarmless(cell: Cell): Cell {
  return typeof cell === 'string' && formula.test(cell) ? `'${cell}` : cell;
}

/** A line of JSON for each row. Control characters within are escaped, which leaves it the same JSON. */
export function toJsonLines({ records }: { records(): IteratorObject<JsonRecord> }): IteratorObject<string> {
  return records().map((record) => `${escapeControls(JSON.stringify(record))}\n`);
}

/** A workbook. Rows beyond a million go on in further sheets. Texts are never formulas. */
export function toXlsx({ name, columnNames, cellRows }: AnyTable): ReadableStream<Uint8Array> {
  return writeXlsxStream(
    cellRows().map((row) => row.map(fitCell)),
    { name, columns: columnNames.map((header) => ({ header })), freezePane: { rows: 1 }, zip64: true },
  );
}

function fitCell(cell: Cell): Cell {
  if (typeof cell === 'number') return cell;
  const fitting = cell.length <= cellMaxChars ? cell : `${cell.slice(0, cellMaxChars - 1)}…`;
  // What looks like an escape in the format is text here.
  return fitting.replace(/_x(?=[0-9A-Fa-f]{4}_)/g, '_x005F_x');
}

/** Why a file cannot be written that the user has named. */
const pathFaults: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'its folder is a file',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'its file system is read-only',
};

/**
 * Writes a file. If that fails, or the signal aborts, what was there before is unchanged.
 * @throws UsageError if there cannot be such a file
 */
export async function writeRowsFile(
  path: string,
  content: Iterable<string> | ReadableStream<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const temporaryPath = `${path}.${process.pid}.tmp`;
  try {
    const source = content instanceof ReadableStream ? Readable.fromWeb(content) : Readable.from(content);
    await pipeline(source, createWriteStream(temporaryPath, { mode: newFileMode, flags: 'wx' }), { signal });
    await rename(temporaryPath, path);
  } catch (error) {
    await rm(temporaryPath, { force: true });
    const fault = pathFaults[(error as NodeJS.ErrnoException).code ?? ''];
    throw fault === undefined ? error : new UsageError([`--to: cannot write ${path}: ${fault}`]);
  }
}
