import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { createSchema } from '../../../../src/baton/c1z/tables/schema.ts';
import { readSchema, type Schema } from '../read-schema.ts';

/** Read from a file that the Go SDK v0.25.0 wrote, with the same function. */
const goSchema = JSON.parse(await readFile(new URL('../go-schema.json', import.meta.url), 'utf8')) as Schema;

test('a new database has the tables, columns and indexes that the Go SDK makes', () => {
  const db = new DatabaseSync(':memory:');
  createSchema(db);
  assert.deepEqual(readSchema(db), goSchema);
});

test('making the schema twice changes nothing', () => {
  const db = new DatabaseSync(':memory:');
  createSchema(db);
  createSchema(db);
  assert.deepEqual(readSchema(db), goSchema);
});

test('columns that older SDK versions did not know are added, and rows keep their values', () => {
  const db = new DatabaseSync(':memory:');
  db.exec(`create table v1_sync_runs (id integer primary key, sync_id text not null, started_at datetime not null,
    ended_at datetime, sync_token text not null)`);
  db.exec(`create table v1_grants (id integer primary key, resource_type_id text not null, resource_id text not null,
    entitlement_id text not null, principal_resource_type_id text not null, principal_resource_id text not null,
    external_id text not null, data blob not null, sync_id text not null, discovered_at datetime not null)`);
  db.exec(`insert into v1_sync_runs (sync_id, started_at, sync_token) values ('s1', '2026-01-01 00:00:00', 't')`);

  createSchema(db);

  assert.deepEqual(readSchema(db).indexes, goSchema.indexes);
  for (const [table, columns] of Object.entries(goSchema.tables)) {
    assert.deepEqual(readSchema(db).tables[table]?.toSorted(), columns.toSorted());
  }
  const run = db.prepare('select sync_token, sync_type, grants_backfilled from v1_sync_runs').get();
  assert.deepEqual({ ...run }, { sync_token: 't', sync_type: 'full', grants_backfilled: 0 });
});
