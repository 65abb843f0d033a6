// Damaged .c1z files: they are read, or refused with an error that says so, by those who read them and by a sync.
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { openC1z } from '../../src/baton/c1z/c1z-file.ts';
import { readC1z } from '../../src/baton/c1z/c1z-reader.ts';
import { C1zError } from '../../src/baton/c1z/file/c1z-error.ts';
import { c1zMagic } from '../../src/baton/c1z/file/envelope.ts';
import { addFullRun } from '../baton/c1z/sample-records.ts';
import { c1zPlace } from '../baton/c1z/temporary-folder.ts';
import { byteEdits, editBytes } from './edits.ts';
import { defineArea } from './fuzz-area.ts';

const maxDatabaseBytes = 4 * 1024 * 1024;

const pieces = [
  '\u0000',
  '\u00ff',
  'C1ZF',
  'SQLite format 3\u0000',
  'v1_grants',
  'create table',
  'not null',
  '\u0001',
  '2026',
];

/** Zeros that are small when they are packed. */
const bomb = Buffer.alloc(2 * maxDatabaseBytes);

const inputs = fc.record({
  /** Where bytes are changed: in the file, or in the database in it. */
  where: fc.oneof(
    { weight: 1, arbitrary: fc.constant('file' as const) },
    { weight: 4, arbitrary: fc.constant('database' as const) },
  ),
  edits: byteEdits(pieces, 3),
  hasBomb: fc.oneof({ weight: 30, arbitrary: fc.constant(false) }, fc.constant(true)),
});

export const c1zArea = defineArea({
  name: 'c1z',
  about: 'damaged .c1z files',
  inputs,
  outcomes: ['read', 'refused'],
  shortRuns: 25,
  async start(t) {
    const { path, temporaryFolder } = await c1zPlace(t);
    const options = { temporaryFolder, maxDatabaseBytes };
    const file = await openC1z(path, options);
    await addFullRun(file, 300);
    await file.save();
    const whole = await readFile(path);
    const database = zstdDecompressSync(whole.subarray(c1zMagic.length));

    return async ({ where, edits, hasBomb }) => {
      const bytes =
        where === 'file'
          ? editBytes(whole, edits)
          : pack(hasBomb ? Buffer.concat([database, bomb]) : editBytes(database, edits));
      await writeFile(path, bytes);
      let isRead = true;
      for (const use of [readAll, addRun]) {
        try {
          await use();
        } catch (error) {
          if (!(error instanceof C1zError)) throw error;
          assert.ok(error.message.length < 1000, `${error.message.length} characters`);
          isRead = false;
        }
        assert.deepEqual(await readdir(temporaryFolder), []);
      }
      if (!isRead) return 'refused';
      // What has been read can still be read, with what was added.
      await readAll();
      return 'read';
    };

    async function readAll(): Promise<void> {
      await using reader = await readC1z(path, options);
      reader.latestFinishedFullRun();
      reader.runToView();
      for (const syncId of [undefined, ...reader.runs().map((run) => run.syncId)]) {
        const records = reader.records(syncId);
        const all = [
          records.allResourceTypes(),
          records.allResources(),
          records.allEntitlements(),
          records.allGrants(),
        ];
        for (const messages of all) for (const _ of messages);
      }
    }

    async function addRun(): Promise<void> {
      await using file = await openC1z(path, options);
      await addFullRun(file, 5, 'c2');
      await file.save();
    }
  },
});

function pack(database: Uint8Array): Buffer {
  return Buffer.concat([c1zMagic, zstdCompressSync(database)]);
}
