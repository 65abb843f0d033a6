// Files that unpack well, and whose database is damaged or holds what is no message.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { openC1z } from '../../../src/baton/c1z/c1z-file.ts';
import { readC1z } from '../../../src/baton/c1z/c1z-reader.ts';
import { c1zMagic } from '../../../src/baton/c1z/file/envelope.ts';
import { addFullRun } from './sample-records.ts';
import { c1zPlace } from './temporary-folder.ts';

const damaged = {
  name: 'C1zError',
  reason: 'damaged',
  message: /^the database in the \.c1z file is damaged \(.+\)\. Restore the file from a copy, or move it away$/,
};

/** A file with 300 grants, whose database was changed. */
async function changedFile(t: TestContext, change: (database: Buffer, folder: string) => Promise<Buffer>) {
  const place = await c1zPlace(t);
  const file = await openC1z(place.path, place);
  await addFullRun(file, 300);
  await file.save();
  const database = zstdDecompressSync((await readFile(place.path)).subarray(c1zMagic.length));
  const changed = await change(database, place.folder);
  await writeFile(place.path, Buffer.concat([c1zMagic, zstdCompressSync(changed)]));
  return place;
}

/** Changes a database with SQL. */
const changedBy = (sql: string) => async (database: Buffer, folder: string) => {
  const path = join(folder, 'other');
  await writeFile(path, database);
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
  return readFile(path);
};

test('a database whose pages are damaged is refused by those who read it and by a sync', async (t) => {
  const place = await changedFile(t, async (database) => {
    const at = 16_384;
    return Buffer.concat([database.subarray(0, at), Buffer.alloc(100), database.subarray(at)]);
  });
  await using reader = await readC1z(place.path, place);
  assert.throws(() => reader.runs(), damaged);
  assert.throws(() => [...reader.records(undefined).allGrants()], damaged);
  const file = await openC1z(place.path, place);
  assert.throws(() => file.startSync({ type: 'full' }), damaged);
  await file.close();
});

for (const [what, sql] of [
  ['that cannot be decoded', "update v1_grants set data = x'ffff' where id = 7"],
  ['that is a number', 'update v1_grants set data = 7 where id = 7'],
  ['with a row id beyond all numbers', 'update v1_grants set id = 9223372036854775807 where id = 7'],
] as const) {
  test(`a grant ${what} is an error that says that the file is damaged`, async (t) => {
    const place = await changedFile(t, changedBy(sql));
    await using reader = await readC1z(place.path, place);
    assert.throws(() => [...reader.records(undefined).allGrants()], damaged);
    assert.equal([...reader.records(undefined).allResources()].length, 2);
  });
}
