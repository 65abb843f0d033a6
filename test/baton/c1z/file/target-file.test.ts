import assert from 'node:assert/strict';
import { lstat, mkdir, readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openC1z } from '../../../../src/baton/c1z/c1z-file.ts';
import { addFullRun } from '../sample-records.ts';
import { c1zPlace } from '../temporary-folder.ts';

test('a link to a file stays a link, and has the lock of the file', async (t) => {
  const place = await c1zPlace(t);
  const volume = join(place.folder, 'volume');
  await mkdir(volume);
  const link = join(place.folder, 'link.c1z');
  await symlink(join('volume', 'sync.c1z'), link);
  for (const runs of [1, 2]) {
    const file = await openC1z(link, place);
    await assert.rejects(openC1z(join(volume, 'sync.c1z'), place), { reason: 'file_locked' });
    await addFullRun(file);
    assert.equal(file.runs().length, runs);
    await file.save();
    assert.equal(await readlink(link), join('volume', 'sync.c1z'));
    assert.ok((await lstat(join(volume, 'sync.c1z'))).isFile());
  }
});

test('links in a circle are refused', async (t) => {
  const { path, folder } = await c1zPlace(t);
  const other = join(folder, 'other.c1z');
  await symlink(other, path);
  await symlink(path, other);
  await assert.rejects(openC1z(path), { reason: 'unusable_path', message: /cannot open the .c1z file .*: ELOOP/ });
});
