// The rows that grant expansion reads and writes.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { GrantRow } from './grant-row.ts';
import { type GrantTable, principalIndex } from './grant-table.ts';
import { formatTimestamp } from './timestamp.ts';

/** A grant that says from which entitlements its own one gets more grants. */
export interface PendingExpansion {
  /** The grant's id. */
  readonly externalId: string;
  readonly entitlementId: string;
  readonly principalTypeId: string;
  readonly principalId: string;
  /** The `GrantExpandable` annotation, encoded. */
  readonly expansion: Uint8Array;
}

/** A stored entitlement. The ids are its resource's, or empty. */
export interface StoredEntitlement {
  readonly resourceTypeId: string;
  readonly resourceId: string;
  /** The entitlement, encoded. */
  readonly data: Uint8Array;
}

/** A grant of an entitlement, as an array: to read it so takes half as long. */
export type GrantOfEntitlement = readonly [
  rowId: number,
  principalTypeId: string,
  principalId: string,
  data: Uint8Array,
];

const pendingRows = 1000;

const pendingSql = `select id, external_id, entitlement_id, principal_resource_type_id, principal_resource_id, expansion
  from v1_grants where sync_id = ? and needs_expansion = 1 and expansion is not null and id > ? order by id limit ?`;
const entitlementSql =
  'select resource_type_id, resource_id, data from v1_entitlements where external_id = ? and sync_id = ?';
/** Of all runs: to count only this one's would take a look at each row. */
const countSql = `select count(*) as n from v1_grants indexed by ${principalIndex} where entitlement_id = ?`;
/** The `+` keeps SQLite from reading one type after the other, and then sorting. */
const readSql = (types: string) => `select id, principal_resource_type_id, principal_resource_id, data
  from v1_grants indexed by ${principalIndex}
  where entitlement_id = ? and (principal_resource_type_id, principal_resource_id, id) > (?, ?, ?) ${types}
  and sync_id = ? order by principal_resource_type_id, principal_resource_id, id limit ?`;
const ofTypes = 'and +principal_resource_type_id in (select value from json_each(?))';
/** Of a grant that has the same id, only the message is replaced, as the Go SDK does. */
const insertSql = `insert into v1_grants (resource_type_id, resource_id, entitlement_id, principal_resource_type_id,
  principal_resource_id, external_id, data, sync_id, discovered_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict (external_id, sync_id) do update set data = excluded.data`;

/** Reads the grants of one run by entitlement, in the order of their principals, and adds others. */
export class ExpansionRows {
  readonly #db: DatabaseSync;
  readonly #syncId: string;
  readonly #table: GrantTable;
  readonly #now: () => Date;
  readonly #entitlement: StatementSync;
  readonly #count: StatementSync;
  readonly #read: StatementSync;
  readonly #readOfTypes: StatementSync;
  readonly #update: StatementSync;
  readonly #insert: StatementSync;
  #discoveredAt = '';

  /** @param table - With its indexes, see `GrantTable.buildIndexes`. */
  constructor(db: DatabaseSync, syncId: string, table: GrantTable, now: () => Date) {
    this.#db = db;
    this.#syncId = syncId;
    this.#table = table;
    this.#now = now;
    this.#entitlement = db.prepare(entitlementSql);
    this.#count = db.prepare(countSql);
    this.#read = db.prepare(readSql(''));
    this.#readOfTypes = db.prepare(readSql(ofTypes));
    for (const read of [this.#read, this.#readOfTypes]) read.setReturnArrays(true);
    this.#update = db.prepare('update v1_grants set data = ? where id = ?');
    this.#insert = db.prepare(insertSql);
  }

  /** The grants that need expansion, in the order in which they were written. */
  *pending(): Generator<PendingExpansion> {
    const page = this.#db.prepare(pendingSql);
    for (let afterRowId = 0; ; ) {
      const rows = page.all(this.#syncId, afterRowId, pendingRows);
      for (const row of rows) {
        yield {
          externalId: String(row.external_id),
          entitlementId: String(row.entitlement_id),
          principalTypeId: String(row.principal_resource_type_id),
          principalId: String(row.principal_resource_id),
          expansion: row.expansion as Uint8Array,
        };
        afterRowId = Number(row.id);
      }
      if (rows.length < pendingRows) return;
    }
  }

  entitlement(id: string): StoredEntitlement | undefined {
    const row = this.#entitlement.get(id, this.#syncId);
    return (
      row && {
        resourceTypeId: String(row.resource_type_id),
        resourceId: String(row.resource_id),
        data: row.data as Uint8Array,
      }
    );
  }

  /**
   * A page of an entitlement's grants, ordered by the type and id of the principal and then by row.
   * @param types - Only principals of these types, as a JSON array; all if undefined.
   * @param after - The last grant of the previous page.
   */
  read(
    entitlementId: string,
    types: string | undefined,
    after: GrantOfEntitlement | undefined,
    limit: number,
  ): GrantOfEntitlement[] {
    const [rowId = 0, type = '', id = ''] = after ?? [];
    const rows: unknown =
      types === undefined
        ? this.#read.all(entitlementId, type, id, rowId, this.#syncId, limit)
        : this.#readOfTypes.all(entitlementId, type, id, rowId, types, this.#syncId, limit);
    return rows as GrantOfEntitlement[];
  }

  /** Prepares to add up to one grant per grant of these entitlements: for many, indexes are built afterwards. */
  prepareInsert(entitlementIds: readonly string[]): void {
    this.#discoveredAt = formatTimestamp(this.#now());
    if (!this.#table.indexed) return;
    this.#table.expectExpanded(entitlementIds.reduce((rows, id) => rows + Number(this.#count.get(id)?.n), 0));
  }

  /** Adds a grant of a principal that has none of the entitlement yet. Call {@link prepareInsert} before. */
  insert(row: Omit<GrantRow, 'expansion'>): void {
    this.#insert.run(
      row.resourceTypeId,
      row.resourceId,
      row.entitlementId,
      row.principalTypeId,
      row.principalId,
      row.externalId,
      row.data,
      this.#syncId,
      this.#discoveredAt,
    );
    this.#table.countExpanded();
  }

  replaceData(rowId: number, data: Uint8Array): void {
    this.#update.run(data, rowId);
  }
}
