// A table of a query, stored in a temporary table of the open file: to be sorted, searched and read in pages.
import type { DatabaseSync, SQLInputValue, SQLOutputValue } from 'node:sqlite';
import type { JsonObject } from '@bufbuild/protobuf';
import { runSteps } from '../inspect/run-steps.ts';
import { type AnyTable, type Cell, toText } from '../inspect/table.ts';
import { inBatches } from './in-batches.ts';

/** What to read of a table. */
export interface TableRequest {
  /** Words that all have to be somewhere in a row, in any case and with or without accents. */
  readonly search?: string | undefined;
  /** Columns and what their cells must be. */
  readonly where?: ReadonlyMap<string, string>;
  /**
   * A column, after `-` in descending order. Default: rows that have the words of a search nearer to their beginning, where
   * the name is, then the order of the query.
   */
  readonly sort?: string | undefined;
}

export interface PageRequest extends TableRequest {
  /** From 1. */
  readonly page: number;
  /** Rows of a page. */
  readonly size: number;
}

export interface TablePage {
  readonly rows: readonly Readonly<Record<string, Cell>>[];
  /** How many rows meet the request, on all pages. */
  readonly total: number;
}

/** What a cell can be, and how many are. */
export interface Choice {
  readonly value: Cell;
  readonly count: number;
}

/** More choices than that are not offered. */
const choicesMax = 30;

/** A number in the name of each table. */
let tables = 0;

export class StoredTable {
  readonly #db: DatabaseSync;
  readonly columnNames: readonly string[];
  readonly #name = `temp.explored_${++tables}`;
  readonly #choices = new Map<string, readonly Choice[]>();
  #readers = 0;

  private constructor(db: DatabaseSync, columnNames: readonly string[]) {
    this.#db = db;
    this.columnNames = columnNames;
    const columns = columnNames.map((_, index) => `c${index}`);
    db.exec(`create table ${this.#name} (row integer primary key, search text, ${columns.join(', ')})`);
  }

  /** Prepares a connection for tables: once, before any statement runs on it. */
  static prepare(db: DatabaseSync): void {
    db.function('fold', { deterministic: true }, (value) => (typeof value === 'string' ? fold(value) : value));
  }

  /** Reads all rows of a table, and lets others run in between. */
  static async store(db: DatabaseSync, table: AnyTable, signal?: AbortSignal): Promise<StoredTable> {
    const stored = new StoredTable(db, table.columnNames);
    const places = table.columnNames.map(() => '?');
    const profile = table.columnNames.indexOf('profile');
    const insert = db.prepare(`insert into ${stored.#name} values (null, ?, ${places.join(', ')})`);
    if (table.prepare) await runSteps(table.prepare(), signal);
    for await (const rows of inBatches(table.cellRows(), signal)) {
      db.exec('begin');
      for (const cells of rows) {
        // The keys of a profile are those of everybody: who looks for "ana" means no "Manager Email".
        const searched = cells.map((cell, index) => (index === profile ? valuesOf(cell) : cell));
        insert.run(fold(searched.join('\n')), ...cells);
      }
      db.exec('commit');
    }
    return stored;
  }

  page({ page, size, ...request }: PageRequest): TablePage {
    const { where, parameters } = this.#condition(request);
    const { order, words } = this.#order(request);
    const rows = this.#db
      // Only row numbers are sorted for the page: rows are wide.
      .prepare(
        `select * from ${this.#name} where row in (
          select row from ${this.#name} ${where} ${order} limit ? offset ?) ${order}`,
      )
      .all(...parameters, ...words, size, (page - 1) * size, ...words);
    // The last page ends where the rows end; there is nothing to count.
    const isLast = rows.length < size && (rows.length > 0 || page === 1);
    return {
      total: isLast ? (page - 1) * size + rows.length : this.#count(request),
      rows: rows.map((row) => Object.fromEntries(this.#cells(row).map((cell, i) => [this.columnNames[i], cell]))),
    };
  }

  #count(request: TableRequest): number {
    const { where, parameters } = this.#condition(request);
    return Number(this.#db.prepare(`select count(*) as n from ${this.#name} ${where}`).get(...parameters)?.n);
  }

  /** All rows that meet a request. The table stays until they are read. */
  *cellRows(request: TableRequest): Generator<readonly Cell[]> {
    const { where, parameters } = this.#condition(request);
    const { order, words } = this.#order(request);
    this.#readers++;
    try {
      const rows = this.#db.prepare(`select * from ${this.#name} ${where} ${order}`).iterate(...parameters, ...words);
      for (const row of rows) yield this.#cells(row);
    } finally {
      this.#readers--;
    }
  }

  /**
   * What the cells of a column are, the most frequent first; empty if they differ too much to choose from.
   * @param within - Only in rows with these cells.
   */
  choices(column: string, within: ReadonlyMap<string, string> = new Map()): readonly Choice[] {
    const key = JSON.stringify([column, ...within]);
    let choices = this.#choices.get(key);
    if (!choices) {
      const { where, parameters } = this.#condition({ where: within });
      const rows = this.#db
        .prepare(
          `select ${this.#column(column)} as value, count(*) as n from ${this.#name} ${where}
            group by 1 order by 2 desc, 1 limit ${choicesMax + 1}`,
        )
        .all(...parameters);
      choices =
        rows.length > choicesMax ? [] : rows.map(({ value, n }) => ({ value: toCell(value), count: Number(n) }));
      this.#choices.set(key, choices);
    }
    return choices;
  }

  /** Whether somebody is reading rows. Such a table cannot be dropped. */
  get isInUse(): boolean {
    return this.#readers > 0;
  }

  drop(): void {
    this.#db.exec(`drop table ${this.#name}`);
  }

  #condition({ search = '', where = new Map() }: TableRequest): {
    readonly where: string;
    readonly parameters: SQLInputValue[];
  } {
    const words = wordsOf(search);
    const conditions = [
      ...words.map(() => 'instr(search, ?) > 0'),
      ...Array.from(where.keys(), (column) => `cast(${this.#column(column)} as text) = ?`),
    ];
    return {
      where: conditions.length > 0 ? `where ${conditions.join(' and ')}` : '',
      parameters: [...words, ...where.values()],
    };
  }

  /** The order, and its parameters. */
  #order({ sort, search = '' }: TableRequest): { readonly order: string; readonly words: readonly string[] } {
    if (sort === undefined) {
      const words = wordsOf(search);
      return { order: `order by ${[...words.map(() => 'instr(search, ?)'), 'row'].join(', ')}`, words };
    }
    const column = this.#column(sort.replace(/^-/, ''));
    return { order: `order by fold(${column}) ${sort.startsWith('-') ? 'desc' : ''}, row`, words: [] };
  }

  #column(name: string): string {
    const index = this.columnNames.indexOf(name);
    if (index < 0) throw new RangeError(`the table has no column ${JSON.stringify(name)}`);
    return `c${index}`;
  }

  #cells(row: Record<string, SQLOutputValue>): readonly Cell[] {
    return this.columnNames.map((_, index) => toCell(row[`c${index}`] ?? ''));
  }
}

function toCell(value: SQLOutputValue | undefined): Cell {
  return typeof value === 'number' ? value : String(value ?? '');
}

/** What the values of a profile say. @param cell - JSON, or empty. */
function valuesOf(cell: Cell): string {
  if (cell === '') return '';
  return Object.values(JSON.parse(String(cell)) as JsonObject)
    .map(toText)
    .join('\n');
}

function wordsOf(search: string): readonly string[] {
  return fold(search).split(/\s+/).filter(Boolean);
}

/** Text that has nothing to normalize. */
const ascii = /^[\n -~]*$/;

/** Without regard to case and accents. */
function fold(text: string): string {
  if (ascii.test(text)) return text.toLowerCase();
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
