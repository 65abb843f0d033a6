// The entry to bulk loading: writes the grants of a new file past SQLite, and leaves to SQLite what that cannot do.
import type { DatabaseSync } from 'node:sqlite';
import type { GrantRow } from '../tables/grant-row.ts';
import type { GrantTable } from '../tables/grant-table.ts';
import { GrantLoader } from './grant-loader.ts';

interface BulkLoadOptions {
  /** False: SQLite writes all rows. Default: true. */
  readonly enabled?: boolean | undefined;
  /** Called before the first row, in the transaction that is then committed. */
  readonly onStart?: (() => void) | undefined;
  /** Called then, if rows bypass SQLite. */
  readonly onBypass?: (() => void) | undefined;
}

/**
 * Prepares to write the grants of a run to an empty `table`. From the first row on, the owner of the load alone writes to
 * the database, and SQLite sees no grants. A `table` with rows, a schema that another program changed or a database in
 * memory is written by SQLite from the start. The rows and indexes are the same either way.
 */
export function bulkLoadGrants(
  db: DatabaseSync,
  syncId: string,
  table: GrantTable,
  { enabled = true, onStart, onBypass }: BulkLoadOptions = {},
): BulkLoad {
  const start = () => {
    onStart?.();
    const loader = GrantLoader.start(db, syncId);
    if (loader) onBypass?.();
    return loader;
  };
  return new BulkLoad(table, enabled ? start : undefined);
}

/** An open load. Disposing of it before {@link BulkLoad.end} closes its file; the database is then of no use. */
class BulkLoad implements Disposable {
  readonly #table: GrantTable;
  /** Absent once it was called, or when SQLite writes the rows. */
  #start: (() => GrantLoader | undefined) | undefined;
  /** Absent when SQLite writes the rows. */
  #loader: GrantLoader | undefined;
  #startedAtMs = 0;

  constructor(table: GrantTable, start: (() => GrantLoader | undefined) | undefined) {
    this.#table = table;
    this.#start = start;
  }

  /**
   * Writes rows. From the first row that the loader refuses (see {@link GrantLoader.put}) SQLite writes them.
   * @throws What SQLite or the file system throws.
   */
  put(rows: Iterator<GrantRow>, discoveredAt: string): void {
    const first = rows.next();
    if (first.done) return;
    if (this.#start) {
      const start = this.#start;
      this.#start = undefined;
      this.#loader = start();
      this.#startedAtMs = performance.now();
    }
    let rest: IteratorResult<GrantRow> = first;
    if (this.#loader) {
      rest = this.#loadRows(this.#loader, first, rows, discoveredAt);
      if (rest.done) return;
      this.#handOver(this.#loader);
    }
    this.#table.put([rest.value], discoveredAt);
    this.#table.put(Iterator.from(rows), discoveredAt);
  }

  /** For how long rows have bypassed SQLite; undefined if they do not. */
  get bypassedMs(): number | undefined {
    return this.#loader && performance.now() - this.#startedAtMs;
  }

  /** From here on SQLite writes the rows, and sees those that were written. Before the first row it changes nothing. */
  leaveToSqlite(): void {
    if (this.#loader) this.#handOver(this.#loader);
  }

  /** Loads rows up to the first one that is refused, and returns that one. */
  #loadRows(
    loader: GrantLoader,
    first: IteratorResult<GrantRow>,
    rows: Iterator<GrantRow>,
    discoveredAt: string,
  ): IteratorResult<GrantRow> {
    let next = first;
    while (!next.done && loader.put(next.value, discoveredAt)) next = rows.next();
    return next;
  }

  /** Keeps the indexes only if none is missing: a few more rows may then go through them. */
  #handOver(loader: GrantLoader): void {
    loader.finish(loader.hasAllIndexes);
    this.#loader = undefined;
    this.#table.takeOver(loader.rows, loader.hasAllIndexes);
  }

  /** Ends the load. SQLite builds the indexes that were not loaded. If it wrote the rows, they are built later. */
  async end(signal?: AbortSignal): Promise<void> {
    const loader = this.#loader;
    if (!loader) return;
    loader.finish(true);
    this.#loader = undefined;
    this.#table.takeOver(loader.rows, loader.hasAllIndexes);
    await this.#table.buildIndexes(signal);
  }

  [Symbol.dispose](): void {
    this.#loader?.abandon();
    this.#loader = undefined;
  }
}
