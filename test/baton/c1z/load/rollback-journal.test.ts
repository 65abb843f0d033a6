import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { removeRollbackJournal, writeRollbackJournal } from '../../../../src/baton/c1z/load/rollback-journal.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const pageBytes = 4096;

/** A database of which a page was replaced and one was added, after a journal was written. */
async function overwritten(t: TestContext) {
  const path = join(await temporaryFolder(t), 'db');
  const db = new DatabaseSync(path);
  db.exec(`pragma page_size = ${pageBytes}; pragma journal_mode = truncate; create table words (word text)`);
  db.exec(`insert into words values ('kept')`);
  db.close();
  const before = readFileSync(path);
  const pages = [1, 2].map((pageNumber) => ({
    pageNumber,
    bytes: before.subarray((pageNumber - 1) * pageBytes, pageNumber * pageBytes),
  }));
  writeRollbackJournal(path, { pageBytes, databasePages: before.length / pageBytes, pages });
  const after = Buffer.concat([before, Buffer.alloc(pageBytes, 'new')]);
  after.fill('garbage', pageBytes, 2 * pageBytes);
  writeFileSync(path, after);
  return { path, before };
}

test('SQLite takes back what was written after the journal', async (t) => {
  const { path, before } = await overwritten(t);
  const db = new DatabaseSync(path);
  t.after(() => db.close());
  assert.equal(db.prepare('select word from words').get()?.word, 'kept');
  assert.equal(db.prepare('pragma integrity_check').get()?.integrity_check, 'ok');
  assert.equal(statSync(path).size, before.length);
});

test('without the journal, what was written stays', async (t) => {
  const { path } = await overwritten(t);
  removeRollbackJournal(path);
  const db = new DatabaseSync(path);
  t.after(() => db.close());
  assert.throws(() => db.prepare('select word from words').get(), /malformed/);
});
