// Packs a database into a .c1z file atomically: afterwards the file is either the old one or the complete new one.
import { randomBytes } from 'node:crypto';
import { type BigIntStats, createReadStream } from 'node:fs';
import { chmod, type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';
import { C1zError } from './c1z-error.ts';
import { c1zMagic, chunkBytes } from './envelope.ts';
import { type FileIdentity, identifyFile, statRegular, temporaryPathOf } from './target-file.ts';

/** A .c1z file that was written. */
export interface SavedC1z {
  readonly path: string;
  /** Size of the .c1z file. */
  readonly fileBytes: number;
  /** Size of the database in it. */
  readonly databaseBytes: number;
}

/** For a new file, less what the umask says: it has the names and e-mail addresses of people. */
const newFileMode = 0o600;

interface PackOptions {
  readonly signal?: AbortSignal | undefined;
  /** The file that was opened: if another one is there by now, it is left alone. Absent: whatever is there is replaced. */
  readonly replaces?: FileIdentity | undefined;
}

/**
 * Writes a temporary file beside `path`, flushes it to the disk and renames it to `path`. If anything fails before the
 * rename, `path` is unchanged. A file that existed keeps its mode.
 * @param databasePath - A closed SQLite database without a write-ahead log.
 * @throws {C1zError} `unusable_path`, `file_changed`; the signal's reason if aborted
 */
export async function packC1z(
  databasePath: string,
  path: string,
  { signal, replaces }: PackOptions = {},
): Promise<SavedC1z> {
  const temporaryPath = temporaryPathOf(path, randomBytes(8).toString('hex'));
  try {
    const former = await statRegular(path);
    const file = await open(temporaryPath, 'wx', newFileMode);
    try {
      const { fileBytes, databaseBytes } = await fill(file, temporaryPath, former, databasePath, signal);
      signal?.throwIfAborted();
      if (replaces !== undefined && (await identifyFile(path)) !== replaces) {
        throw new C1zError(
          'file_changed',
          `${path} was changed by another program during the sync, and is left as it is. Write to a file that no other program writes, or run the sync again`,
        );
      }
      await rename(temporaryPath, path);
      await syncFolder(dirname(path));
      return { path, fileBytes, databaseBytes };
    } catch (error) {
      await rm(temporaryPath, { force: true });
      throw error;
    }
  } catch (error) {
    if (signal?.aborted || error instanceof C1zError) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    throw new C1zError(
      'unusable_path',
      `cannot write ${path}, which is unchanged: ${detail}. Check that its folder is writable and has enough space`,
      { cause: error },
    );
  }
}

/**
 * Writes the file at `path`, flushes it to the disk and closes it.
 * @param former - The file that it replaces, whose mode it gets.
 */
async function fill(
  file: FileHandle,
  path: string,
  former: BigIntStats | undefined,
  databasePath: string,
  signal: AbortSignal | undefined,
): Promise<Omit<SavedC1z, 'path'>> {
  try {
    const databaseBytes = (await stat(databasePath)).size;
    // By path, since Node's permission model forbids fchmod.
    if (former) await chmod(path, Number(former.mode & 0o777n));
    await compress(databasePath, databaseBytes, file, signal);
    await file.sync();
    return { fileBytes: (await file.stat()).size, databaseBytes };
  } finally {
    await file.close();
  }
}

async function compress(
  databasePath: string,
  databaseBytes: number,
  file: FileHandle,
  signal: AbortSignal | undefined,
) {
  await file.write(c1zMagic);
  // No ZSTD_c_nbWorkers: Node's stream fails with it (ERR_STREAM_PUSH_AFTER_EOF).
  const zstd = createZstdCompress({
    chunkSize: chunkBytes,
    // Writes the size into the frame, so that readers can reject an oversized file before they unpack it.
    pledgedSrcSize: databaseBytes,
    params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 },
  });
  const source = createReadStream(databasePath, { highWaterMark: chunkBytes });
  const write = async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) await file.writeFile(chunk);
  };
  await pipeline(source, zstd, write, { signal });
}

/**
 * Flushes the rename to the disk. The new file is in place by now, so the save succeeds even if the file system cannot
 * flush a folder, or the folder is writable but not readable.
 */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}
