// Writes the grants of a new file into the pages of its database, bypassing SQLite.
import { DatabaseSync } from 'node:sqlite';
import type { GrantRow } from '../tables/grant-row.ts';
import { createSchema, grantIndexes } from '../tables/schema.ts';
import { DatabaseFile } from './database-file.ts';
import { IndexBuilder } from './index-builder.ts';
import { PrincipalOrder, type PrincipalOrderOptions } from './principal-order.ts';
import { blobType, nullType, oneType, putVarint, varintBytes, zeroType } from './record.ts';
import { TextColumn } from './text-column.ts';
import { TreeBuilder } from './tree-builder.ts';

/**
 * After this many rows in order, a row out of order probably starts another, smaller kind of grants, such as role grants
 * after course grants. Before that, the sync probably has no order at all.
 */
const rowsWorthKeeping = 10_000;

/**
 * Loads grants into an empty `v1_grants` and its indexes, which exist as empty pages. New pages go to the end of the file,
 * and the root of each tree replaces its empty page, so the schema does not change. Meanwhile SQLite reads the database
 * as it was.
 *
 * Indexes whose keys come in ascending order are written along with the rows. The index of principals is sorted at the
 * end. An index whose keys come in any other order is dropped, for SQLite to build from the rows.
 *
 * For a million sorted grants with their indexes it takes half of SQLite's processor time: 2.5 s instead of 5.0 s on the
 * same machine, 3.6 s instead of 6.5 s on a busy one. It needs about 2 MB of memory and four bytes per grant.
 */
export class GrantLoader {
  readonly #db: DatabaseSync;
  readonly #lockingMode: string;
  readonly #file: DatabaseFile;
  readonly #table: TreeBuilder;
  readonly #rowMaxBytes: number;
  readonly #idOfSync: string;
  #rowId = 0;

  readonly #resourceTypeId = new TextColumn();
  readonly #resourceId = new TextColumn();
  readonly #entitlementId = new TextColumn();
  readonly #principalTypeId = new TextColumn();
  readonly #principalId = new TextColumn();
  readonly #externalId = new TextColumn();
  readonly #syncId = new TextColumn();
  readonly #discoveredAt = new TextColumn();
  /** In the order of the table, without the columns between `external_id` and `sync_id`. */
  readonly #columns = [
    this.#resourceTypeId,
    this.#resourceId,
    this.#entitlementId,
    this.#principalTypeId,
    this.#principalId,
    this.#externalId,
    this.#syncId,
    this.#discoveredAt,
  ];
  /** The text of the current row and the leaf page of each tree: copying within one buffer is fastest. */
  readonly #bytes: Buffer;

  readonly #indexesOfAll: readonly IndexBuilder[];
  readonly #indexesOfExpandable: readonly IndexBuilder[];
  readonly #principalIndex: IndexBuilder;
  /** Absent once the index is dropped: it can take much memory. */
  #principalOrder: PrincipalOrder | undefined;

  /**
   * Starts a load within an exclusive transaction, which it commits.
   * @returns Undefined if SQLite must write: for a database in memory, outside of a transaction, or for a table that has
   * rows or another schema than {@link createSchema} creates, as in a file of another program.
   */
  static start(db: DatabaseSync, syncId: string, options?: PrincipalOrderOptions): GrantLoader | undefined {
    const path = db.location();
    if (path === null || !db.isTransaction || !isEmptyAndKnown(db)) return undefined;
    const rootPages = new Map(
      db
        .prepare('select name, rootpage from sqlite_schema')
        .all()
        .map((row) => [String(row.name), Number(row.rootpage)]),
    );
    const lockingMode = String(db.prepare('pragma locking_mode').get()?.locking_mode);
    db.exec('commit');
    // SQLite releases the lock on the next read.
    db.exec('pragma locking_mode = normal');
    db.prepare('select count(*) from sqlite_schema').get();
    const file = DatabaseFile.open(path);
    if (file) return new GrantLoader(db, syncId, { lockingMode, file, rootPages }, options);
    lock(db, lockingMode);
    return undefined;
  }

  private constructor(
    db: DatabaseSync,
    syncId: string,
    { lockingMode, file, rootPages }: { lockingMode: string; file: DatabaseFile; rootPages: Map<string, number> },
    options: PrincipalOrderOptions | undefined,
  ) {
    this.#db = db;
    this.#lockingMode = lockingMode;
    this.#file = file;
    // A larger row needs an overflow page (section 1.6 of the file format, "X" of a table).
    this.#rowMaxBytes = file.usableBytes - 35;
    const rootPageOf = (name: string) => rootPages.get(name) as number;
    const trees = 1 + grantIndexes.length;
    this.#bytes = Buffer.alloc((1 + trees) * file.pageBytes);
    let pagesTaken = 1;
    const takePage = () => ({ bytes: this.#bytes, start: pagesTaken++ * file.pageBytes });
    this.#table = new TreeBuilder(file, 'table', rootPageOf('v1_grants'), takePage());
    const index = (name: string, columns: TextColumn[][], more?: { withId?: boolean; isUnique?: boolean }) =>
      new IndexBuilder(file, { name, rootPage: rootPageOf(name), place: takePage(), columns, ...more });
    const principal = [this.#principalTypeId, this.#principalId];
    this.#indexesOfAll = [
      index('idx_grants_resource_type_id_resource_id_v1', [[this.#resourceTypeId, this.#resourceId]]),
      index('idx_grants_entitlement_id_principal_id_v1', [[this.#entitlementId, ...principal]]),
      index('idx_grants_external_sync_v1', [[this.#externalId, this.#syncId]], { isUnique: true }),
      index('idx_grants_entitlement_sync_grant_v1', [[this.#entitlementId], [this.#syncId]], { withId: true }),
    ];
    // A new expandable grant always needs expansion.
    this.#indexesOfExpandable = [
      index('idx_grants_sync_expansion_v1', [[this.#syncId]]),
      index('idx_grants_sync_needs_expansion_v1', [[this.#syncId]]),
    ];
    this.#principalIndex = index('idx_grants_principal_id_v1', [principal]);
    this.#principalOrder = new PrincipalOrder(options);
    this.#idOfSync = syncId;
  }

  /** The number of loaded rows. */
  get rows(): number {
    return this.#rowId;
  }

  /** Whether no index was dropped. */
  get hasAllIndexes(): boolean {
    return !this.#principalIndex.isDropped && this.#indexesOfAll.every((index) => !index.isDropped);
  }

  /**
   * Adds a row.
   * @returns False, with nothing written, if the load must end: the row needs an overflow page, or it is the first one
   * out of order after so many that their indexes are worth keeping.
   * @throws The error of the file system, from then on each time
   */
  put(row: GrantRow, discoveredAt: string): boolean {
    this.#resourceTypeId.set(row.resourceTypeId);
    this.#resourceId.set(row.resourceId);
    this.#entitlementId.set(row.entitlementId);
    this.#principalTypeId.set(row.principalTypeId);
    this.#principalId.set(row.principalId);
    this.#externalId.set(row.externalId);
    this.#syncId.set(this.#idOfSync);
    this.#discoveredAt.set(discoveredAt);
    const rowId = this.#rowId + 1;
    for (const index of this.#indexesOfAll) if (!index.fits(rowId)) return false;
    for (const index of this.#indexesOfExpandable) if (!index.fits(rowId)) return false;
    if (!this.#principalIndex.fits(rowId)) return false;
    if (
      this.#rowId >= rowsWorthKeeping &&
      this.hasAllIndexes &&
      this.#indexesOfAll.some((index) => !index.isInOrder())
    ) {
      return false;
    }
    if (!this.#putRow(row, rowId)) return false;
    this.#rowId = rowId;
    for (const index of this.#indexesOfAll) {
      if (index.isDropped) continue;
      if (rowId === 1 || index.isInOrder()) index.add(rowId);
      else index.drop();
    }
    if (row.expansion !== null) for (const index of this.#indexesOfExpandable) index.add(rowId);
    if (this.#principalOrder?.add(this.#principalTypeId.text, this.#principalId.text) === false) {
      this.#principalIndex.drop();
      this.#principalOrder = undefined;
    }
    return true;
  }

  /**
   * Writes the text of the row and its cell in the table: a record of all columns (sections 1.6 and 2.1 of the file
   * format).
   */
  #putRow({ expansion, data }: GrantRow, rowId: number): boolean {
    const expansionType = expansion === null ? nullType : blobType(expansion.length);
    const dataType = blobType(data.length);
    // One byte each for the header's own length and the types of `id` and `needs_expansion`.
    let headerBytes = 3 + varintBytes(expansionType) + varintBytes(dataType);
    let valueBytes = (expansion?.length ?? 0) + data.length;
    for (const column of this.#columns) {
      headerBytes += column.typeBytes;
      valueBytes += column.byteLength;
    }
    const payloadBytes = headerBytes + valueBytes;
    if (payloadBytes > this.#rowMaxBytes) return false;

    const start = this.#table.addCell(varintBytes(payloadBytes) + varintBytes(rowId) + payloadBytes, rowId);
    const bytes = this.#bytes;
    let at = putVarint(bytes, start, payloadBytes);
    at = putVarint(bytes, at, rowId);
    // One byte: a header holds twelve types of at most three bytes.
    bytes[at++] = headerBytes;
    bytes[at++] = nullType;
    for (const column of this.#columns) {
      if (column === this.#syncId) {
        at = putVarint(bytes, at, expansionType);
        bytes[at++] = expansion === null ? zeroType : oneType;
        at = putVarint(bytes, at, dataType);
      }
      at = column.putType(bytes, at);
    }
    this.#writeColumns();
    bytes.copyWithin(at, 0, this.#externalId.end);
    at += this.#externalId.end;
    if (expansion !== null) {
      bytes.set(expansion, at);
      at += expansion.length;
    }
    bytes.set(data, at);
    bytes.copyWithin(at + data.length, this.#syncId.start, this.#discoveredAt.end);
    return true;
  }

  /** Writes the values of the columns one after the other. Together they are shorter than a page. */
  #writeColumns(): void {
    let at = 0;
    for (const column of this.#columns) at = column.write(this.#bytes, at);
  }

  /**
   * Ends the load: all rows are in the table and in the remaining indexes. A transaction is open again.
   * @param withIndexes - False drops all indexes.
   * @throws The error of the file system; the database is then of no use
   */
  finish(withIndexes: boolean): void {
    const indexes = [...this.#indexesOfAll, ...this.#indexesOfExpandable, this.#principalIndex];
    if (!withIndexes) for (const index of indexes) index.drop();
    if (!this.#principalIndex.isDropped) this.#writePrincipals();
    this.#table.finish();
    for (const index of indexes) index.finish();
    this.#file.finish();
    lock(this.#db, this.#lockingMode);
    for (const index of indexes) if (index.isDropped) this.#db.exec(`drop index ${index.name}`);
  }

  #writePrincipals(): void {
    this.#principalOrder?.forEach((type, id, rows) => {
      this.#principalTypeId.set(type);
      this.#principalId.set(id);
      this.#principalId.write(this.#bytes, this.#principalTypeId.write(this.#bytes, 0));
      for (const row of rows) {
        // It fits; its length depends on the row id.
        this.#principalIndex.fits(row + 1);
        this.#principalIndex.add(row + 1);
      }
    });
  }

  /** Ends the load of a failed sync. The database is then of no use. */
  abandon(): void {
    this.#file.close();
  }
}

/** Whether the table of grants is empty, and it and its indexes are as {@link createSchema} creates them. */
function isEmptyAndKnown(db: DatabaseSync): boolean {
  using model = new DatabaseSync(':memory:');
  createSchema(model);
  const describe = (db: DatabaseSync) =>
    JSON.stringify(
      db.prepare(`select type, name, sql from sqlite_schema where tbl_name = 'v1_grants' order by name`).all(),
    );
  return describe(db) === describe(model) && db.prepare('select 1 from v1_grants limit 1').get() === undefined;
}

/** Starts the next transaction. SQLite sees the new rows because the header of the file has changed. */
function lock(db: DatabaseSync, lockingMode: string): void {
  db.exec(`pragma locking_mode = ${lockingMode}`);
  db.exec('begin immediate');
}
