// Shows the answer to a query: as text, as JSON, or as a file of rows.
import { resolve } from 'node:path';
import type { Host } from '../author/host.ts';
import { UsageError } from '../author/usage-error.ts';
import { escapeControls } from '../net/escape-controls.ts';
import { formatTable } from './output/format-table.ts';
import { chooseStyle } from './output/style.ts';
import { TextWriter } from './output/text-writer.ts';
import type { RowFormat } from './output/write-rows.ts';
import type { JsonRecord } from './records.ts';
import type { AnyTable } from './table.ts';

/** What is shown of a query: lines of text, or members of a JSON object with rows at its end. */
export interface Answer {
  /** Lines before the table. */
  readonly head?: Iterable<string>;
  readonly members: JsonRecord;
  readonly table?: AnyTable;
  /** What text says of a table without rows. */
  readonly empty?: string;
  /** Default: 0. */
  readonly exitCode?: number;
}

/** In which form an answer is shown. */
export interface ShowOptions {
  readonly output: 'text' | 'json';
  /** Of an export. Default: by the name of the file, else NDJSON if `output` is JSON, else CSV. */
  readonly format: RowFormat | undefined;
  /** The file of an export. Default: stdout. */
  readonly to: string | undefined;
  readonly host: Host;
}

/**
 * Shows an answer on stdout, or exports its table.
 * @returns The exit code.
 */
export async function showAnswer(request: ShowOptions, shown: Answer, isExport: boolean): Promise<number> {
  const { host, output } = request;
  const exitCode = shown.exitCode ?? 0;
  if (isExport) {
    if (!shown.table) throw new UsageError(['export: name a table, such as users or grants']);
    await exportTable(request, shown.table);
    return exitCode;
  }
  const writer = new TextWriter(host.stdout, host.signal);
  const lines = output === 'json' ? jsonLines(shown) : textLines(shown, host);
  for (const line of lines) await writer.write(`${line}\n`);
  await writer.flush();
  return exitCode;
}

function* textLines({ head = [], table, empty = '' }: Answer, host: Host): Generator<string> {
  yield* head;
  if (!table) return;
  let rows = -1;
  for (const line of formatTable(table, {
    style: chooseStyle(host),
    columns: host.stdout.isTTY ? host.stdout.columns : undefined,
  })) {
    yield line;
    rows++;
  }
  if (rows < 0) yield empty;
}

/** One object. Its rows are a line each. */
function* jsonLines({ members, table }: Answer): Generator<string> {
  const text = escapeControls(JSON.stringify(members));
  if (!table) {
    yield text;
    return;
  }
  yield `${text.slice(0, -1)},${JSON.stringify(table.name)}:[`;
  let before: string | undefined;
  for (const record of table.records()) {
    if (before !== undefined) yield `${before},`;
    before = escapeControls(JSON.stringify(record));
  }
  if (before !== undefined) yield before;
  yield ']}';
}

async function exportTable({ to, format, output, host }: ShowOptions, table: AnyTable): Promise<void> {
  // Loaded here: the libraries for spreadsheets are large.
  const { rowFormats, toCsv, toJsonLines, toXlsx, writeRowsFile } = await import('./output/write-rows.ts');
  const byName = rowFormats.find((each) => to?.toLowerCase().endsWith(`.${each}`));
  const chosen = format ?? byName ?? (output === 'json' ? 'ndjson' : 'csv');
  if (to === undefined) {
    if (chosen === 'xlsx') throw new UsageError(['--format xlsx: name the file with --to FILE.xlsx']);
    const writer = new TextWriter(host.stdout, host.signal);
    // On a terminal, text from elsewhere must not control it.
    const safe = (line: string) => (host.stdout.isTTY ? `${escapeControls(line.trimEnd())}\n` : line);
    for (const line of chosen === 'csv' ? toCsv(table) : toJsonLines(table)) await writer.write(safe(line));
    await writer.flush();
    return;
  }
  const content = chosen === 'xlsx' ? toXlsx(table) : chosen === 'csv' ? toCsv(table) : toJsonLines(table);
  await writeRowsFile(resolve(host.cwd, to), content, host.signal);
}
