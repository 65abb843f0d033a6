import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { openC1z } from '../../../../src/baton/c1z/c1z-file.ts';
import { declaredContentBytes } from '../../../../src/baton/c1z/file/size-limit.ts';
import { addFullRun } from '../sample-records.ts';
import { c1zPlace } from '../temporary-folder.ts';

// RFC 8878, 3.1.1.1: magic number, descriptor, window unless a single segment, dictionary id, size.
for (const [what, header, bytes] of [
  ['one byte of a single segment', '28b52ffd 20 07', 7],
  ['two bytes, which count from 256', '28b52ffd 60 0100', 257],
  ['four bytes after a window', '28b52ffd 80 58 00000080', 2 ** 31],
  ['eight bytes after a window', '28b52ffd c0 58 0000000002000000', 2 ** 33],
  ['eight bytes after a dictionary id', '28b52ffd e2 0102 0500000000000000', 5],
  ['none', '28b52ffd 00 58 0102030405060708', undefined],
  ['of a header that is cut', '28b52ffd c0 58 000000', undefined],
  ['of other bytes', '00b52ffd 20 07', undefined],
] as const) {
  test(`the declared size of a frame: ${what}`, () => {
    assert.equal(declaredContentBytes(Buffer.from(header.replaceAll(' ', ''), 'hex')), bytes);
  });
}

test('a database that could not be read again is not written, and the file stays as it was', async (t) => {
  const place = await c1zPlace(t);
  {
    await using file = await openC1z(place.path, place);
    await addFullRun(file, 10);
    await file.save();
  }
  const before = await readFile(place.path);
  await using file = await openC1z(place.path, { ...place, maxDatabaseBytes: 400_000 });
  await addFullRun(file, 2000);
  await assert.rejects(file.save(), {
    reason: 'too_large',
    message:
      /nobody could read it with the limit of 1 MiB; the file is unchanged\. Keep fewer syncs in it \(BATON_KEEP_SYNC_COUNT=1\)/,
  });
  assert.ok((await readFile(place.path)).equals(before));
});
