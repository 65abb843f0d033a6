// The tables and indexes of the database in a .c1z file, as in the Go SDK v0.25.0 (pkg/dotc1z/*.go).
import type { DatabaseSync } from 'node:sqlite';

interface Table {
  readonly name: string;
  /** Name and declaration in order, after the primary key `id`. */
  readonly columns: readonly (readonly [name: string, declaration: string])[];
  readonly indexes: readonly Index[];
}

interface Index {
  readonly name: string;
  readonly unique?: true;
  readonly columns: string;
  readonly where?: string;
}

const grantsTable: Table = {
  name: 'v1_grants',
  columns: [
    // The resource is the entitlement's.
    ['resource_type_id', 'text not null'],
    ['resource_id', 'text not null'],
    ['entitlement_id', 'text not null'],
    ['principal_resource_type_id', 'text not null'],
    ['principal_resource_id', 'text not null'],
    ['external_id', 'text not null'],
    ['expansion', 'blob'],
    ['needs_expansion', 'integer not null default 0'],
    ['data', 'blob not null'],
    ['sync_id', 'text not null'],
    ['discovered_at', 'datetime not null'],
  ],
  indexes: [
    { name: 'idx_grants_resource_type_id_resource_id_v1', columns: 'resource_type_id, resource_id' },
    { name: 'idx_grants_principal_id_v1', columns: 'principal_resource_type_id, principal_resource_id' },
    {
      name: 'idx_grants_entitlement_id_principal_id_v1',
      columns: 'entitlement_id, principal_resource_type_id, principal_resource_id',
    },
    { name: 'idx_grants_external_sync_v1', unique: true, columns: 'external_id, sync_id' },
    { name: 'idx_grants_entitlement_sync_grant_v1', columns: 'entitlement_id, sync_id, id' },
    { name: 'idx_grants_sync_expansion_v1', columns: 'sync_id', where: 'expansion is not null' },
    { name: 'idx_grants_sync_needs_expansion_v1', columns: 'sync_id', where: 'needs_expansion = 1' },
  ],
};

const tables: readonly Table[] = [
  {
    name: 'v1_resource_types',
    columns: [
      ['external_id', 'text not null'],
      ['data', 'blob not null'],
      ['sync_id', 'text not null'],
      ['discovered_at', 'datetime not null'],
    ],
    indexes: [{ name: 'idx_resource_types_external_sync_v1', unique: true, columns: 'external_id, sync_id' }],
  },
  {
    name: 'v1_resources',
    columns: [
      ['resource_type_id', 'text not null'],
      ['external_id', 'text not null'],
      ['parent_resource_type_id', 'text'],
      ['parent_resource_id', 'text'],
      ['data', 'blob not null'],
      ['sync_id', 'text not null'],
      ['discovered_at', 'datetime not null'],
    ],
    indexes: [
      { name: 'idx_resources_resource_type_id_v1', columns: 'resource_type_id' },
      // The names of the next two are swapped in every .c1z file.
      { name: 'idx_resources_external_sync_v1', columns: 'parent_resource_type_id, parent_resource_id' },
      { name: 'idx_resources_parent_resource_id_v1', unique: true, columns: 'external_id, sync_id' },
    ],
  },
  {
    name: 'v1_entitlements',
    columns: [
      ['resource_type_id', 'text not null'],
      ['resource_id', 'text not null'],
      ['external_id', 'text not null'],
      ['data', 'blob not null'],
      ['sync_id', 'text not null'],
      ['discovered_at', 'datetime not null'],
    ],
    indexes: [
      { name: 'idx_entitlements_resource_id_v1', columns: 'resource_type_id, resource_id' },
      { name: 'idx_entitlements_external_sync_v1', unique: true, columns: 'external_id, sync_id' },
    ],
  },
  {
    name: 'v1_sync_runs',
    columns: [
      ['sync_id', 'text not null'],
      ['started_at', 'datetime not null'],
      ['ended_at', 'datetime'],
      ['sync_token', 'text not null'],
      ['sync_type', "text not null default 'full'"],
      ['parent_sync_id', "text not null default ''"],
      ['linked_sync_id', "text not null default ''"],
      ['supports_diff', 'integer not null default 0'],
      ['grants_backfilled', 'integer not null default 0'],
      ['stats', 'text'],
      ['ingest_invariant_generation', "text not null default ''"],
      ['ingest_invariant_coverage', "text not null default ''"],
      ['ingest_invariant_mode', "text not null default ''"],
    ],
    indexes: [{ name: 'idx_sync_runs_sync_id_v1', unique: true, columns: 'sync_id' }],
  },
  grantsTable,
  {
    name: 'v1_assets',
    columns: [
      ['external_id', 'text not null'],
      ['content_type', 'text not null'],
      ['data', 'blob not null'],
      ['sync_id', 'text not null'],
      ['discovered_at', 'datetime not null'],
    ],
    indexes: [{ name: 'idx_assets_external_sync_v1', unique: true, columns: 'external_id, sync_id' }],
  },
  {
    name: 'v1_connector_sessions',
    columns: [
      ['sync_id', 'text not null'],
      ['key', 'text not null'],
      ['value', 'blob not null'],
    ],
    indexes: [{ name: 'idx_session_store_sync_key_v1', unique: true, columns: 'sync_id, key' }],
  },
];

/** The names of the tables whose rows belong to a sync run. */
export const tablesOfRun: readonly string[] = tables
  .map((table) => table.name)
  .filter((name) => name !== 'v1_sync_runs');

/** An index of the grants table, and the statement that creates it if it is missing. */
interface GrantIndex {
  readonly name: string;
  readonly createSql: string;
}

/** All indexes of the grants table, the unique one first because only that one can fail. */
export const grantIndexes: readonly GrantIndex[] = grantsTable.indexes
  .toSorted((a, b) => Number(b.unique ?? false) - Number(a.unique ?? false))
  .map((index) => ({ name: index.name, createSql: createIndexSql(grantsTable, index) }));

/**
 * Creates the missing tables, columns and indexes: all in a new database, those of later SDK versions in a database of an
 * older version.
 */
export function createSchema(db: DatabaseSync): void {
  for (const table of tables) {
    const columns = table.columns.map(([name, declaration]) => `, ${name} ${declaration}`).join('');
    db.exec(`create table if not exists ${table.name} (id integer primary key${columns})`);

    const present = new Set(
      db
        .prepare(`select name from pragma_table_info('${table.name}')`)
        .all()
        .map((row) => row.name),
    );
    for (const [name, declaration] of table.columns) {
      if (!present.has(name)) db.exec(`alter table ${table.name} add column ${name} ${declaration}`);
    }
    for (const index of table.indexes) db.exec(createIndexSql(table, index));
  }
}

function createIndexSql(table: Table, index: Index): string {
  const unique = index.unique ? 'unique ' : '';
  const where = index.where === undefined ? '' : ` where ${index.where}`;
  return `create ${unique}index if not exists ${index.name} on ${table.name} (${index.columns})${where}`;
}

/** The `external_id` of a resource: type and id joined by a colon, neither of them escaped. */
export function resourceKey(resourceTypeId: string, resourceId: string): string {
  return `${resourceTypeId}:${resourceId}`;
}
