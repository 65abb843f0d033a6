// Writes grants with SQLite: a few through the indexes, many without them; the indexes are built afterwards.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import type { GrantRow } from './grant-row.ts';
import { grantIndexes } from './schema.ts';

const columns = `(resource_type_id, resource_id, entitlement_id, principal_resource_type_id, principal_resource_id,
  external_id, expansion, needs_expansion, data, sync_id, discovered_at)`;
const values = 'values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)';

/** Whether expansion must run for a grant that replaces `old`: if it has something to expand that is new. */
const needsExpansion = (old: string, replacing: string) => `case
  when ${replacing}.expansion is null then 0
  when ${old}.expansion is null or ${old}.expansion <> ${replacing}.expansion then 1
  else ${old}.needs_expansion end`;

const insertSql = `insert into v1_grants ${columns} ${values}`;
const replaceSql = `${insertSql} on conflict (external_id, sync_id) do update set data = excluded.data,
  expansion = excluded.expansion, needs_expansion = ${needsExpansion('v1_grants', 'excluded')}`;

/**
 * Rows are written without indexes once they exceed this share of what the table holds: updating the indexes for a new
 * row costs about twenty times as much as rebuilding them costs for each row in the table.
 */
const bulkShare = 1 / 20;

/** The index in whose order grant expansion reads. */
export const principalIndex = 'idx_grants_entitlement_id_principal_id_v1';
/** Grant expansion adds rows in the order of these indexes, for one entitlement after the other: that is cheap. */
const indexesOfExpansion = [principalIndex, 'idx_grants_external_sync_v1'];

/** SQLITE_CONSTRAINT_UNIQUE */
const uniqueViolation = 2067;

/**
 * The grants of one run. Of several grants with the same id the last one is kept, in the row of the first. Duplicates
 * written without indexes are merged when the indexes are built.
 */
export class GrantTable {
  readonly #db: DatabaseSync;
  readonly #syncId: string;
  /** How many rows go through the indexes before they are dropped. */
  #indexedRowsMax: number;
  #written = 0;
  #indexed: boolean;
  readonly #insert: StatementSync;
  /** Needs the index of ids. */
  #replace: StatementSync | undefined;

  constructor(db: DatabaseSync, syncId: string) {
    this.#db = db;
    this.#syncId = syncId;
    this.#insert = db.prepare(insertSql);
    // An earlier process of this run may have dropped some.
    this.#indexed = hasAllIndexes(db);
    // The highest row id: counting the rows would read the whole table.
    this.#indexedRowsMax = Number(db.prepare('select max(id) as n from v1_grants').get()?.n ?? 0) * bulkShare;
  }

  /** Whether the indexes exist, so that a grant is found by its id, entitlement or principal. */
  get indexed(): boolean {
    return this.#indexed;
  }

  put(rows: Iterable<GrantRow>, discoveredAt: string): void {
    for (const row of rows) {
      if (this.#indexed && this.#written >= this.#indexedRowsMax) this.#dropIndexes();
      const statement = this.#indexed ? this.#replacing() : this.#insert;
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

  #replacing(): StatementSync {
    this.#replace ??= this.#db.prepare(replaceSql);
    return this.#replace;
  }

  /** Deletes rows by their ids. */
  delete(rowIds: readonly number[]): void {
    const statement = this.#db.prepare('delete from v1_grants where id = ?');
    for (const rowId of rowIds) statement.run(rowId);
  }

  /**
   * Continues after rows that were written past this class into the empty table.
   * @param indexed - Whether every index exists. If not, call {@link buildIndexes} or drop them all.
   */
  takeOver(rows: number, indexed: boolean): void {
    this.#indexed = indexed;
    this.#indexedRowsMax = rows * bulkShare;
  }

  /**
   * Prepares for up to `rows` grants that expansion adds: drops the indexes that would make that slow.
   */
  expectExpanded(rows: number): void {
    if (this.#indexed && this.#written + rows > this.#indexedRowsMax) this.#dropIndexes(indexesOfExpansion);
  }

  /** Counts a row that expansion has added. */
  countExpanded(): void {
    this.#written++;
  }

  /** Call this before you delete runs: it drops the indexes if deleting through them would be slow. */
  prepareDelete(syncIds: readonly string[]): void {
    if (!this.#indexed) return;
    const count = this.#db.prepare('select count(*) as n from v1_grants not indexed where sync_id = ?');
    const rows = syncIds.reduce((total, syncId) => total + Number(count.get(syncId)?.n), 0);
    if (rows > this.#indexedRowsMax) this.#dropIndexes();
  }

  #dropIndexes(kept: readonly string[] = []): void {
    for (const { name } of grantIndexes) {
      if (!kept.includes(name)) this.#db.exec(`drop index if exists ${name}`);
    }
    this.#indexed = false;
  }

  /**
   * Builds the missing indexes. A large table takes seconds; other work of the process gets a turn between one index
   * and the next.
   */
  async buildIndexes(signal?: AbortSignal): Promise<void> {
    for (const { createSql } of grantIndexes) {
      signal?.throwIfAborted();
      try {
        this.#db.exec(createSql);
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
        // A load may have built some: deleting rows through them would be slow.
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

function hasAllIndexes(db: DatabaseSync): boolean {
  const exists = db.prepare(`select 1 from sqlite_schema where type = 'index' and name = ?`);
  return grantIndexes.every(({ name }) => exists.get(name) !== undefined);
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === uniqueViolation;
}
