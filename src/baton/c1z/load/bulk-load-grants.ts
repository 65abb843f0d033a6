// The entry to bulk loading: writes the grants of a new file past SQLite, and leaves to SQLite what that cannot do.
import type { DatabaseSync } from 'node:sqlite';
import type { GrantRow } from '../tables/grant-row.ts';
import type { GrantTable } from '../tables/grant-table.ts';
import { GrantLoader } from './grant-loader.ts';

/**
 * Starts writing the grants of a run to an empty `table`. While the load is open, its owner alone writes to the database,
 * and SQLite sees no grants. A `table` with rows, a schema that another program changed or a database in memory is
 * written by SQLite from the start, and so is any if `enabled` is false. The rows and indexes are the same either way.
 */
export function bulkLoadGrants(db: DatabaseSync, syncId: string, table: GrantTable, enabled = true): BulkLoad {
  return new BulkLoad(table, enabled ? GrantLoader.start(db, syncId) : undefined);
}

/** An open load. Disposing of it before {@link BulkLoad.end} closes its file; the database is then of no use. */
class BulkLoad implements Disposable {
  readonly #table: GrantTable;
  /** Absent when SQLite writes the rows. */
  #loader: GrantLoader | undefined;

  constructor(table: GrantTable, loader: GrantLoader | undefined) {
    this.#table = table;
    this.#loader = loader;
  }

  /**
   * Writes rows. From the first row that the loader refuses (see {@link GrantLoader.put}) SQLite writes them.
   * @throws What SQLite or the file system throws.
   */
  put(rows: Iterator<GrantRow>, discoveredAt: string): void {
    if (this.#loader) {
      const refused = this.#loadRows(this.#loader, rows, discoveredAt);
      if (!refused) return;
      this.#handOver(this.#loader);
      this.#table.put([refused], discoveredAt);
    }
    this.#table.put(Iterator.from(rows), discoveredAt);
  }

  /** Whether rows bypass SQLite. */
  get bypassesSqlite(): boolean {
    return this.#loader !== undefined;
  }

  /** From here on SQLite writes the rows, and sees those that were written. */
  leaveToSqlite(): void {
    if (this.#loader) this.#handOver(this.#loader);
  }

  /** Loads rows up to the first one that is refused, and returns that one. */
  #loadRows(loader: GrantLoader, rows: Iterator<GrantRow>, discoveredAt: string): GrantRow | undefined {
    for (let next = rows.next(); !next.done; next = rows.next()) {
      if (!loader.put(next.value, discoveredAt)) return next.value;
    }
    return undefined;
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
