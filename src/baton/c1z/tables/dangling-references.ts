// Finds what a sync run stored and what refers to nothing in the run: readers cannot show it.
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';

/** Rows of one kind that refer to something missing. */
export interface DanglingReferences {
  readonly kind: DanglingKind;
  /** How many rows there are. */
  readonly count: number;
  /** Ids of what is missing, 25 at most: of entitlements, or of resources as `user:42`. */
  readonly missingIds: readonly string[];
  /** How many are missing. */
  readonly missingCount: number;
}

export type DanglingKind =
  | 'entitlements of resources that were not listed'
  | 'grants of resources that were not listed'
  | 'grants of entitlements that were not listed'
  | 'grants to principals that were not listed';

const examplesMax = 25;

/** Part of the name of each annotation that says that a principal is of another file. */
const match = 'c1.connector.v2.ExternalResourceMatch';

/**
 * Finds the dangling references of a run whose tables have their indexes. Each id is looked up once, by skipping through
 * an index: tens of milliseconds for a million grants. These are the invariants I7, I3, I8 and I9 of
 * pkg/sync/ingest_invariants.go in baton-sdk v0.25.0.
 */
export function findDangling(db: DatabaseSync, syncId: string): readonly DanglingReferences[] {
  const found: readonly DanglingReferences[] = [
    ofResources(db, syncId, {
      kind: 'entitlements of resources that were not listed',
      table: 'v1_entitlements',
      typeColumn: 'resource_type_id',
      idColumn: 'resource_id',
    }),
    ofResources(db, syncId, {
      kind: 'grants of resources that were not listed',
      table: 'v1_grants',
      typeColumn: 'resource_type_id',
      idColumn: 'resource_id',
    }),
    ofEntitlements(db, syncId),
    ofResources(db, syncId, {
      kind: 'grants to principals that were not listed',
      table: 'v1_grants',
      typeColumn: 'principal_resource_type_id',
      idColumn: 'principal_resource_id',
      where: `and instr(data, cast('${match}' as blob)) = 0`,
    }),
  ];
  return found.filter(({ count }) => count > 0);
}

/** References of a table to resources. */
interface ResourceReferences {
  readonly kind: DanglingKind;
  readonly table: string;
  readonly typeColumn: string;
  readonly idColumn: string;
  /** A further condition for rows that count. */
  readonly where?: string;
}

function ofResources(db: DatabaseSync, syncId: string, references: ResourceReferences): DanglingReferences {
  const { kind, table, typeColumn, idColumn, where = '' } = references;
  const types = db.prepare(`${distinct(table, typeColumn)} select value from distinct_values where value is not null`);
  const missing = db.prepare(`${distinct(table, idColumn, `${typeColumn} = ?1`)} select value from distinct_values
    where value is not null and not exists
      (select 1 from v1_resources where external_id = ?1 || ':' || value and sync_id = ?2)`);
  const count = db.prepare(
    `select count(*) as n from ${table} where ${typeColumn} = ? and ${idColumn} = ? and sync_id = ? ${where}`,
  );
  return collect(kind, function* () {
    for (const { value: type = '' } of types.all()) {
      for (const { value: id = '' } of missing.iterate(type, syncId)) {
        yield { id: `${type}:${id}`, count: numberOf(count.get(type, id, syncId)) };
      }
    }
  });
}

function ofEntitlements(db: DatabaseSync, syncId: string): DanglingReferences {
  const missing = db.prepare(`${distinct('v1_grants', 'entitlement_id')} select value from distinct_values
    where value is not null and not exists
      (select 1 from v1_entitlements where external_id = value and sync_id = ?)`);
  const count = db.prepare('select count(*) as n from v1_grants where entitlement_id = ? and sync_id = ?');
  return collect('grants of entitlements that were not listed', function* () {
    for (const { value: id = '' } of missing.iterate(syncId)) {
      yield { id: String(id), count: numberOf(count.get(id, syncId)) };
    }
  });
}

/** A table of the distinct values of an indexed column, and null: SQLite jumps from one value to the next. */
function distinct(table: string, column: string, where = 'true'): string {
  return `with recursive distinct_values(value) as (
    select min(${column}) from ${table} where ${where}
    union all
    select (select min(${column}) from ${table} where ${where} and ${column} > value)
      from distinct_values where value is not null)`;
}

/** A missing id may belong to another run of the file: then nothing of this run refers to it. */
function collect(
  kind: DanglingKind,
  missing: () => Iterable<{ readonly id: string; readonly count: number }>,
): DanglingReferences {
  const missingIds: string[] = [];
  let total = 0;
  let missingCount = 0;
  for (const { id, count } of missing()) {
    if (count === 0) continue;
    total += count;
    missingCount++;
    if (missingCount <= examplesMax) missingIds.push(id);
  }
  return { kind, count: total, missingIds, missingCount };
}

function numberOf(row: Record<string, SQLOutputValue> | undefined): number {
  return Number(row?.n ?? 0);
}
