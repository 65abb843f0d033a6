// Databases with grants, and what is in them, told in a way that does not depend on how it was written.
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import type { GrantRow } from '../../../../src/baton/c1z/tables/grant-row.ts';
import { GrantTable } from '../../../../src/baton/c1z/tables/grant-table.ts';
import { createSchema } from '../../../../src/baton/c1z/tables/schema.ts';

export const syncId = '2abcdefghijklmnopqrstuvwxyz';
export const discoveredAt = '2026-11-23 10:00:00.123';

/** Makes a database as the writer of a sync has it: in a transaction. Without a path it is in memory. */
export function openGrantDatabase(path: string | undefined, pageBytes: number): DatabaseSync {
  const db = new DatabaseSync(path ?? ':memory:');
  db.exec(`pragma page_size = ${pageBytes}`);
  db.exec('pragma locking_mode = exclusive');
  db.exec('pragma journal_mode = truncate');
  db.exec('pragma synchronous = off');
  createSchema(db);
  db.exec('begin immediate');
  const insert = db.prepare('insert into v1_entitlements values (null, ?, ?, ?, ?, ?, ?)');
  for (let i = 0; i < 100; i++) insert.run('course', `c${i}`, `course:c${i}:completed`, 'd', syncId, discoveredAt);
  return db;
}

export function row(ids: Partial<GrantRow> = {}): GrantRow {
  return {
    externalId: 'course:c1:completed:user:u1',
    entitlementId: 'course:c1:completed',
    resourceTypeId: 'course',
    resourceId: 'c1',
    principalTypeId: 'user',
    principalId: 'u1',
    data: Buffer.from('data'),
    expansion: null,
    ...ids,
  };
}

/** Rows in the order of entitlement and principal, a hundred for each entitlement, each tenth one expandable. */
export function sortedRows(count: number): GrantRow[] {
  return Array.from({ length: count }, (_, i) => {
    const resourceId = `c${String(Math.floor(i / 100)).padStart(6, '0')}`;
    const principalId = `u${String((i % 100) * 7 + (Math.floor(i / 100) % 7)).padStart(6, '0')}`;
    const entitlementId = `course:${resourceId}:completed`;
    const externalId = `${entitlementId}:user:${principalId}`;
    const expansion = i % 10 === 9 ? Buffer.from(`expansion ${i}`) : null;
    return row({ externalId, entitlementId, resourceId, principalId, data: Buffer.alloc(i % 300, `${i} `), expansion });
  });
}

/** Writes the rows by SQLite alone. */
export async function writeBySqlite(rows: readonly GrantRow[], pageBytes: number): Promise<DatabaseSync> {
  const db = openGrantDatabase(undefined, pageBytes);
  const table = new GrantTable(db, syncId);
  table.put(rows, discoveredAt);
  await table.buildIndexes();
  return db;
}

/** What each index of the grants holds, in its order, read from the index alone. */
const indexQueries = {
  idx_grants_resource_type_id_resource_id_v1: 'resource_type_id, resource_id',
  idx_grants_principal_id_v1: 'principal_resource_type_id, principal_resource_id',
  idx_grants_entitlement_id_principal_id_v1: 'entitlement_id, principal_resource_type_id, principal_resource_id',
  idx_grants_external_sync_v1: 'external_id, sync_id',
  idx_grants_entitlement_sync_grant_v1: 'entitlement_id, sync_id',
  idx_grants_sync_expansion_v1: 'sync_id',
  idx_grants_sync_needs_expansion_v1: 'sync_id',
};
const conditions: Record<string, string> = {
  idx_grants_sync_expansion_v1: 'where expansion is not null',
  idx_grants_sync_needs_expansion_v1: 'where needs_expansion = 1',
};

/** The names of the indexes that the grants have. */
export function indexNames(db: DatabaseSync): string[] {
  const sql = `select name from sqlite_schema where type = 'index' and tbl_name = 'v1_grants' order by name`;
  return db
    .prepare(sql)
    .all()
    .map(({ name }) => String(name));
}

/**
 * Checks that two long lists are the same, and shows the first items that are not: the difference between the lists as
 * a whole can take minutes and all memory to work out.
 */
export function assertSameItems(actual: readonly unknown[], expected: readonly unknown[]): void {
  assert.equal(actual.length, expected.length);
  const i = actual.findIndex((item, i) => !isDeepStrictEqual(item, expected[i]));
  if (i >= 0) assert.deepEqual(actual[i], expected[i], `item ${i}`);
}

/** Checks that two databases hold the same, and the first one all that it should. */
export function assertSame(actual: DatabaseSync, expected: DatabaseSync): void {
  for (const check of ['integrity_check', 'quick_check']) {
    assert.deepEqual(
      actual
        .prepare(`pragma ${check}`)
        .all()
        .map((result) => result[check]),
      ['ok'],
    );
  }
  const assertSameRows = (sql: string) => {
    const expectedRows = expected.prepare(sql).iterate();
    for (const actualRow of actual.prepare(sql).iterate()) {
      const { value: expectedRow, done } = expectedRows.next();
      assert.ok(!done, `too many rows: ${sql}`);
      // The row as text first: deepEqual takes long.
      if (JSON.stringify(actualRow) !== JSON.stringify(expectedRow)) assert.deepEqual(actualRow, expectedRow, sql);
    }
    assert.ok(expectedRows.next().done, `too few rows: ${sql}`);
  };
  assertSameRows('select type, name, tbl_name, sql from sqlite_schema order by name');
  assertSameRows('select * from v1_entitlements order by id');
  assertSameRows('select id, hex(external_id), hex(data), typeof(discovered_at), * from v1_grants order by id');
  for (const [name, columns] of Object.entries(indexQueries)) {
    const sql = `select ${columns}, id from v1_grants indexed by ${name} ${conditions[name] ?? ''} order by ${columns}`;
    const [plan] = actual.prepare(`explain query plan ${sql}`).all();
    assert.match(String(plan?.detail), conditions[name] ? /USING/ : /USING COVERING INDEX/);
    assertSameRows(sql);
  }
}
