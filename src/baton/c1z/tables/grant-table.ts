// Writes grants: few of them through the indexes, many of them without, with the indexes made afterwards; the first ones
// of a file past SQLite.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { GrantLoader } from '../load/grant-loader.ts';
import type { GrantRow } from './grant-row.ts';
import { grantIndexes } from './schema.ts';

const columns = `(resource_type_id, resource_id, entitlement_id, principal_resource_type_id, principal_resource_id,
  external_id, expansion, needs_expansion, data, sync_id, discovered_at)`;
const values = 'values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)';

/** Whether expansion must run for a grant that replaces `old`: when it has something to expand that is new. */
const needsExpansion = (old: string, replacing: string) => `case
  when ${replacing}.expansion is null then 0
  when ${old}.expansion is null or ${old}.expansion <> ${replacing}.expansion then 1
  else ${old}.needs_expansion end`;

const insertSql = `insert into v1_grants ${columns} ${values}`;
const replaceSql = `${insertSql} on conflict (external_id, sync_id) do update set data = excluded.data,
  expansion = excluded.expansion, needs_expansion = ${needsExpansion('v1_grants', 'excluded')}`;
const keepExpansionSql = `${insertSql} on conflict (external_id, sync_id) do update set data = excluded.data`;

/**
 * Rows are written without indexes once there are more of them than this share of what the table holds: keeping the
 * indexes up to date costs a new row about twenty times what making them anew costs a row that is there.
 */
const bulkShare = 1 / 20;

/** SQLITE_CONSTRAINT_UNIQUE */
const uniqueViolation = 2067;

export interface PutGrantsOptions {
  /** Leave `expansion` of a grant that is there as it is, as the expansion step needs. Takes the indexes. */
  readonly keepExpansion?: boolean | undefined;
}

/**
 * The grants of one run. Of grants with the same id the last one is kept, in the row of the first; duplicates that
 * were written without indexes disappear when the indexes are made.
 */
export class GrantTable {
  readonly #db: DatabaseSync;
  readonly #syncId: string;
  /** How many rows go through the indexes before they are dropped. */
  #indexedRowsMax: number;
  #written = 0;
  #indexed = true;
  /** Whether nothing was put yet, and the table is empty. */
  #isNew: boolean;
  #loader: GrantLoader | undefined;
  readonly #insert: StatementSync;
  readonly #replace: StatementSync;
  readonly #keepExpansion: StatementSync;

  constructor(db: DatabaseSync, syncId: string) {
    this.#db = db;
    this.#syncId = syncId;
    this.#insert = db.prepare(insertSql);
    this.#replace = db.prepare(replaceSql);
    this.#keepExpansion = db.prepare(keepExpansionSql);
    // The highest row id: counting the rows would read the table.
    const rows = Number(db.prepare('select max(id) as n from v1_grants').get()?.n ?? 0);
    this.#indexedRowsMax = rows * bulkShare;
    this.#isNew = rows === 0;
  }

  /** Whether the indexes are there, so that a grant is found by its id, entitlement or principal. */
  get indexed(): boolean {
    return this.#indexed;
  }

  put(rows: Iterable<GrantRow>, discoveredAt: string, options?: PutGrantsOptions): void {
    if (options?.keepExpansion && !this.#indexed) {
      throw new Error('make the indexes of the grants before grants are written with keepExpansion');
    }
    if (options?.keepExpansion) this.#isNew = false;
    for (const row of rows) {
      if (this.#load(row, discoveredAt)) continue;
      if (this.#indexed && !options?.keepExpansion && this.#written >= this.#indexedRowsMax) this.#dropIndexes();
      const statement = options?.keepExpansion ? this.#keepExpansion : this.#indexed ? this.#replace : this.#insert;
      statement.run(
        row.resourceTypeId,
        row.resourceId,
        row.entitlementId,
        row.principalTypeId,
        row.principalId,
        row.externalId,
        row.expansion,
        row.expansion === null ? 0 : 1,
        row.data,
        this.#syncId,
        discoveredAt,
      );
      this.#written++;
    }
  }

  /** @returns false for a row that SQLite has to write */
  #load(row: GrantRow, discoveredAt: string): boolean {
    if (this.#isNew) {
      this.#isNew = false;
      this.#loader = GrantLoader.start(this.#db, this.#syncId);
      if (this.#loader) this.#indexed = false;
    }
    if (!this.#loader) return false;
    if (this.#loader.put(row, discoveredAt)) return true;
    if (this.#loader.hasAllIndexes) this.#keepIndexes(this.#loader);
    else this.endLoad();
    return false;
  }

  /** Ends the load with its indexes, through which a few more rows may go. */
  #keepIndexes(loader: GrantLoader): void {
    loader.finish(true);
    this.#loader = undefined;
    this.#indexed = true;
    this.#indexedRowsMax = loader.rows * bulkShare;
  }

  /**
   * Until now grants may have been written past SQLite: to be called before anything else is written, and before grants
   * are read. The indexes are missing then.
   */
  endLoad(): void {
    this.#loader?.finish(false);
    this.#loader = undefined;
  }

  /** Lets go of the file, of which nothing is wanted any more. */
  abandonLoad(): void {
    this.#loader?.abandon();
  }

  /** To be called before runs are deleted: drops the indexes if deleting through them would take long. */
  prepareDelete(syncIds: readonly string[]): void {
    if (!this.#indexed) return;
    const count = this.#db.prepare('select count(*) as n from v1_grants not indexed where sync_id = ?');
    const rows = syncIds.reduce((total, syncId) => total + Number(count.get(syncId)?.n), 0);
    if (rows > this.#indexedRowsMax) this.#dropIndexes();
  }

  #dropIndexes(): void {
    for (const { name } of grantIndexes) this.#db.exec(`drop index if exists ${name}`);
    this.#indexed = false;
  }

  /**
   * Makes the indexes that are missing. A large table takes seconds; other work of the process gets its turn between
   * one index and the next.
   */
  async buildIndexes(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#loader?.finish(true);
    this.#loader = undefined;
    for (const { createSql } of grantIndexes) {
      signal?.throwIfAborted();
      try {
        this.#db.exec(createSql);
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
        // Which a load may have made: deleting rows through them would take long.
        this.#dropIndexes();
        this.#mergeDuplicates();
        this.#db.exec(createSql);
      }
      await setImmediate();
    }
    this.#indexed = true;
  }

  #mergeDuplicates(): void {
    this.#db.exec(`create temp table duplicate_grants
      (external_id text primary key, first_id integer not null, last_id integer not null) without rowid`);
    this.#db
      .prepare(`insert into duplicate_grants select external_id, min(id), max(id) from v1_grants not indexed
        where sync_id = ? group by external_id having count(*) > 1`)
      .run(this.#syncId);
    this.#db.exec(`update v1_grants as first set data = last.data, expansion = last.expansion,
        needs_expansion = ${needsExpansion('first', 'last')}
      from duplicate_grants join v1_grants as last on last.id = last_id where first.id = first_id`);
    this.#db
      .prepare(`delete from v1_grants where id in (select grants.id from v1_grants as grants not indexed
        cross join duplicate_grants using (external_id) where grants.sync_id = ? and grants.id > first_id)`)
      .run(this.#syncId);
    this.#db.exec('drop table duplicate_grants');
  }
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === uniqueViolation;
}
