import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { buffer } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { createZstdCompress, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { openC1z } from '../../../../src/baton/c1z/c1z-file.ts';
import { readC1z } from '../../../../src/baton/c1z/c1z-reader.ts';
import { C1zError, type C1zErrorReason } from '../../../../src/baton/c1z/file/c1z-error.ts';
import { c1zMagic, pebbleMagic } from '../../../../src/baton/c1z/file/envelope.ts';
import type { OpenC1zOptions } from '../../../../src/baton/c1z/file/scratch-database.ts';
import { addFullRun } from '../sample-records.ts';
import { c1zPlace } from '../temporary-folder.ts';

/** A valid file of a few hundred kilobytes. */
async function savedFile(t: TestContext): Promise<{ path: string; temporaryFolder: string; bytes: Buffer }> {
  const place = await c1zPlace(t);
  const file = await openC1z(place.path, place);
  await addFullRun(file, 2000);
  await file.save();
  return { ...place, bytes: await readFile(place.path) };
}

/** Checks that a file is refused by those who read it and those who add to it, is not changed and leaves nothing. */
async function assertRefused(
  path: string,
  options: OpenC1zOptions & { temporaryFolder: string },
  reason: C1zErrorReason,
  text: RegExp,
): Promise<void> {
  const before = await readFile(path);
  for (const open of [openC1z, readC1z]) {
    await assert.rejects(open(path, options), (error) => {
      assert.ok(error instanceof C1zError, String(error));
      assert.equal(error.reason, reason, error.message);
      assert.match(error.message, text);
      assert.ok(error.message.includes(path), error.message);
      return true;
    });
  }
  assert.ok((await readFile(path)).equals(before), 'the file has changed');
  assert.deepEqual(await readdir(options.temporaryFolder), []);
}

test('a file that begins with something else is not a .c1z file', async (t) => {
  const place = await c1zPlace(t);
  for (const bytes of ['PK\x03\x04 and so on', 'C1Z', 'C1ZX\0', '\0\0\0\0\0\0\0\0']) {
    await writeFile(place.path, bytes);
    await assertRefused(place.path, place, 'not_a_c1z', /does not begin with "C1ZF"/);
  }
});

test('a file in the v3 format is refused with what to do', async (t) => {
  const place = await c1zPlace(t);
  await writeFile(place.path, Buffer.concat([pebbleMagic, Buffer.alloc(50, 1)]));
  await assertRefused(place.path, place, 'pebble_format', /v3 \(Pebble\).*--storage-engine sqlite/);
});

test('a damaged file is refused, wherever it is damaged', async (t) => {
  const place = await savedFile(t);
  for (const share of [0.01, 0.3, 0.6, 0.99]) {
    const bytes = Buffer.from(place.bytes);
    const at = c1zMagic.length + Math.floor((bytes.length - c1zMagic.length) * share);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 0x40, at);
    await writeFile(place.path, bytes);
    await assertRefused(place.path, place, 'damaged', /damaged or truncated/);
  }
});

test('a truncated file is refused, wherever it ends', async (t) => {
  const place = await savedFile(t);
  for (const length of [c1zMagic.length, 9, 100, place.bytes.length >> 1, place.bytes.length - 1]) {
    await writeFile(place.path, place.bytes.subarray(0, length));
    await assertRefused(place.path, place, 'damaged', /damaged or truncated/);
  }
});

test('a file with trailing data after the database is rejected', async (t) => {
  const place = await savedFile(t);
  for (const tail of [Buffer.from('x'), place.bytes.subarray(c1zMagic.length)]) {
    await writeFile(place.path, Buffer.concat([place.bytes, tail]));
    await assertRefused(place.path, place, 'damaged', /bytes follow/);
  }
});

test('a file that holds something else than a Baton database is refused', async (t) => {
  const place = await c1zPlace(t);
  const other = join(place.folder, 'other');
  const db = new DatabaseSync(other);
  db.exec("create table v1_grants (id integer primary key, something text); insert into v1_grants values (1, 'else')");
  db.close();
  for (const content of [Buffer.from('no database at all, but long enough to be looked at'), await readFile(other)]) {
    await writeFile(place.path, Buffer.concat([c1zMagic, zstdCompressSync(content)]));
    await assertRefused(place.path, place, 'damaged', /does not contain a Baton database/);
  }
});

test('a database above the limit is refused before it fills the disk', async (t) => {
  const place = await savedFile(t);
  const options = { ...place, maxDatabaseBytes: 400_000 };
  const message = /larger than the limit of 1 MiB\. Set BATON_DECODER_MAX_DECODED_SIZE_MB to a higher number/;
  await assertRefused(place.path, options, 'too_large', message);
  // The size that the frame declares is a promise of its writer: without it, the bytes are counted.
  const database = zstdDecompressSync(place.bytes.subarray(c1zMagic.length));
  const undeclared = createZstdCompress();
  undeclared.end(database);
  await writeFile(place.path, Buffer.concat([c1zMagic, await buffer(undeclared)]));
  await assertRefused(place.path, options, 'too_large', message);
});

test('the declared size alone is enough to refuse a file', async (t) => {
  const place = await savedFile(t);
  // Nothing but the header of the frame.
  await writeFile(place.path, place.bytes.subarray(0, c1zMagic.length + 18));
  await assertRefused(place.path, { ...place, maxDatabaseBytes: 400_000 }, 'too_large', /larger than the limit/);
  await assertRefused(place.path, place, 'damaged', /truncated/);
});

test('a folder in place of the file is refused', async (t) => {
  const place = await c1zPlace(t);
  await mkdir(place.path);
  await assert.rejects(openC1z(place.path, place), { reason: 'unusable_path', message: /is a folder/ });
});

test('reading a file that is missing or empty says that there is none', async (t) => {
  const place = await c1zPlace(t);
  await assert.rejects(readC1z(place.path, place), { reason: 'unusable_path', message: /does not exist or is empty/ });
  await writeFile(place.path, '');
  await assert.rejects(readC1z(place.path, place), { reason: 'unusable_path', message: /does not exist or is empty/ });
  assert.deepEqual(await readdir(place.temporaryFolder), []);
});

test('unpacking stops when it is aborted', async (t) => {
  const place = await savedFile(t);
  const signal = AbortSignal.abort(new Error('stop'));
  await assert.rejects(openC1z(place.path, { ...place, signal }), { name: 'AbortError' });
  assert.deepEqual(await readdir(place.temporaryFolder), []);
});

test('a temporary folder that is missing is named', async (t) => {
  const place = await c1zPlace(t);
  const temporaryFolder = join(place.folder, 'missing');
  await assert.rejects(openC1z(place.path, { temporaryFolder }), {
    reason: 'temporary_storage',
    message: new RegExp(`cannot use ${temporaryFolder}`),
  });
});
