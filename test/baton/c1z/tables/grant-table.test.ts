import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { GrantRow } from '../../../../src/baton/c1z/tables/grant-row.ts';
import { GrantTable } from '../../../../src/baton/c1z/tables/grant-table.ts';
import { createSchema } from '../../../../src/baton/c1z/tables/schema.ts';
import { readSchema } from '../read-schema.ts';

const discoveredAt = '2026-11-23 10:00:00';

function createDatabase(): DatabaseSync {
  const db = new DatabaseSync(':memory:');
  createSchema(db);
  return db;
}

function row(externalId: string, data = externalId, expansion: string | null = null): GrantRow {
  return {
    externalId,
    entitlementId: 'course:c1:completed',
    resourceTypeId: 'course',
    resourceId: 'c1',
    principalTypeId: 'user',
    principalId: externalId,
    data: Buffer.from(data),
    expansion: expansion === null ? null : Buffer.from(expansion),
  };
}

/** `id data expansion needs_expansion` of each row, in the order that they were written. */
function stored(db: DatabaseSync, syncId: string): string[] {
  const rows = db.prepare('select * from v1_grants where sync_id = ? order by id').all(syncId);
  const text = (value: unknown) => (value === null ? '-' : Buffer.from(value as Uint8Array).toString());
  return rows.map((r) => `${r.external_id} ${text(r.data)} ${text(r.expansion)} ${r.needs_expansion}`);
}

function grantIndexNames(db: DatabaseSync): string[] {
  return Object.keys(readSchema(db).indexes).filter((name) => name.startsWith('idx_grants_'));
}

test('the first grants of a file are written without indexes, which are built afterwards', async () => {
  const db = createDatabase();
  const all = grantIndexNames(db);
  const table = new GrantTable(db, 's1');
  table.put([row('a'), row('b')], discoveredAt);
  assert.deepEqual(grantIndexNames(db), []);
  assert.equal(table.indexed, false);
  await table.buildIndexes();
  assert.deepEqual(grantIndexNames(db), all);
  assert.equal(table.indexed, true);
});

/** Writes the grants of a finished run, so many that some more go through the indexes. */
async function writeFormerRun(db: DatabaseSync, rows = 1000): Promise<void> {
  const table = new GrantTable(db, 'former');
  table.put(
    Array.from({ length: rows }, (_, i) => row(`g${i}`)),
    discoveredAt,
  );
  await table.buildIndexes();
}

for (const indexed of [true, false]) {
  const title = indexed ? 'written through the indexes' : 'written without indexes';
  const write = async (db: DatabaseSync, rows: GrantRow[]) => {
    if (indexed) await writeFormerRun(db);
    const table = new GrantTable(db, 's2');
    table.put(rows, discoveredAt);
    assert.equal(table.indexed, indexed);
    await table.buildIndexes();
  };

  test(`of grants with the same id the last one is kept, in the place of the first: ${title}`, async () => {
    const db = createDatabase();
    await write(db, [row('a', '1'), row('b', '1'), row('a', '2'), row('c', '1'), row('a', '3'), row('c', '2')]);
    assert.deepEqual(stored(db, 's2'), ['a 3 - 0', 'b 1 - 0', 'c 2 - 0']);
  });

  test(`the expansion of the last grant counts: ${title}`, async () => {
    const db = createDatabase();
    await write(db, [
      row('gained', '1'),
      row('gained', '2', 'x'),
      row('lost', '1', 'x'),
      row('lost', '2'),
      row('changed', '1', 'x'),
      row('changed', '2', 'y'),
      row('kept', '1', 'x'),
      row('kept', '2', 'x'),
    ]);
    assert.deepEqual(stored(db, 's2'), ['gained 2 x 1', 'lost 2 - 0', 'changed 2 y 1', 'kept 2 x 1']);
  });
}

test('the same grant in two runs is two rows', async () => {
  const db = createDatabase();
  for (const syncId of ['s1', 's2']) {
    const table = new GrantTable(db, syncId);
    table.put([row('a', syncId)], discoveredAt);
    await table.buildIndexes();
  }
  assert.deepEqual([...stored(db, 's1'), ...stored(db, 's2')], ['a s1 - 0', 'a s2 - 0']);
});

test('a few grants next to many of earlier runs go through the indexes, many drop them', async () => {
  const db = createDatabase();
  await writeFormerRun(db);
  const second = new GrantTable(db, 's2');
  second.put(
    Array.from({ length: 40 }, (_, i) => row(`g${i}`)),
    discoveredAt,
  );
  assert.equal(second.indexed, true);
  second.put(
    Array.from({ length: 40 }, (_, i) => row(`g${i + 20}`, 'again')),
    discoveredAt,
  );
  assert.equal(second.indexed, false);
  await second.buildIndexes();
  assert.equal(stored(db, 'former').length, 1000);
  assert.equal(stored(db, 's2').length, 60);
  assert.equal(stored(db, 's2')[25], 'g25 again - 0');
});

test('expansion that was done stays done when the grant comes again unchanged', async () => {
  const db = createDatabase();
  await writeFormerRun(db);
  const table = new GrantTable(db, 's1');
  table.put([row('same', '1', 'x'), row('other', '1', 'x')], discoveredAt);
  db.exec("update v1_grants set needs_expansion = 0 where sync_id = 's1'");
  table.put([row('same', '2', 'x'), row('other', '2', 'y')], discoveredAt);
  assert.deepEqual(stored(db, 's1'), ['same 2 x 0', 'other 2 y 1']);
});

test('making the indexes stops when it is aborted', async () => {
  const db = createDatabase();
  const table = new GrantTable(db, 's1');
  table.put([row('a')], discoveredAt);
  await assert.rejects(table.buildIndexes(AbortSignal.abort(new Error('stop'))), /stop/);
  assert.equal(table.indexed, false);
});
