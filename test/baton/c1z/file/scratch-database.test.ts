import assert from 'node:assert/strict';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { openScratchDatabase, removeScratchDatabase } from '../../../../src/baton/c1z/file/scratch-database.ts';
import { c1zPlace } from '../temporary-folder.ts';

test('a new database is set up for bounded memory and few large writes', async (t) => {
  const place = await c1zPlace(t);
  const scratch = await openScratchDatabase(place.path, place, () => {});
  t.after(() => removeScratchDatabase(scratch));
  const pragma = (name: string) => Object.values(scratch.db.prepare(`pragma ${name}`).get() ?? {})[0];
  const settings = ['page_size', 'auto_vacuum', 'encoding', 'journal_mode', 'cache_size', 'temp_store'].map(pragma);
  assert.deepEqual(settings, [16_384, 0, 'UTF-8', 'truncate', -16_384, 1]);
});

test('what SQLite spills lies in the folder that was named, even if its name has quotes', async (t) => {
  const place = await c1zPlace(t);
  const temporaryFolder = `${place.temporaryFolder}/it's here`;
  await mkdir(temporaryFolder);
  const scratch = await openScratchDatabase(place.path, { temporaryFolder }, () => {});
  t.after(() => removeScratchDatabase(scratch));
  assert.equal(scratch.db.prepare('pragma temp_store_directory').get()?.temp_store_directory, temporaryFolder);
  assert.equal(dirname(scratch.folder.path), temporaryFolder);
});

test('each opening has a folder of its own, which goes when it is closed', async (t) => {
  const place = await c1zPlace(t);
  const first = await openScratchDatabase(place.path, place, () => {});
  const second = await openScratchDatabase(place.path, place, () => {});
  assert.equal((await readdir(place.temporaryFolder)).length, 2);
  await removeScratchDatabase(first);
  await removeScratchDatabase(second);
  assert.deepEqual(await readdir(place.temporaryFolder), []);
});
