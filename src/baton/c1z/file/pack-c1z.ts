// Puts a database into a .c1z file, so that the file is either the former one or the whole new one.
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';
import { C1zError } from './c1z-error.ts';
import { c1zMagic, chunkBytes } from './envelope.ts';

export interface SavedC1z {
  readonly path: string;
  /** Size of the .c1z file. */
  readonly fileBytes: number;
  /** Size of the database inside. */
  readonly databaseBytes: number;
}

/**
 * Writes `<path>.tmp` beside the file, brings it to the disk and renames it over `path`. Whatever goes wrong before
 * the rename, `path` stays as it was; what a killed process left in `<path>.tmp` is replaced.
 * @param databasePath - A closed SQLite database without a write-ahead log.
 * @throws {C1zError} `unusable_path`; the signal's reason when aborted
 */
export async function packC1z(databasePath: string, path: string, signal?: AbortSignal): Promise<SavedC1z> {
  const temporaryPath = `${path}.tmp`;
  try {
    await rm(temporaryPath, { force: true });
    const file = await open(temporaryPath, 'wx', 0o644);
    try {
      const saved = await fill(file, path, databasePath, signal);
      signal?.throwIfAborted();
      await rename(temporaryPath, path);
      await syncFolder(dirname(path));
      return saved;
    } catch (error) {
      await rm(temporaryPath, { force: true });
      throw error;
    }
  } catch (error) {
    if (signal?.aborted) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    throw new C1zError(
      'unusable_path',
      `cannot write ${path}, which is unchanged: ${detail}. Check that its folder can be written and has room`,
      { cause: error },
    );
  }
}

/** Writes, brings to the disk and closes the file. */
async function fill(
  file: FileHandle,
  path: string,
  databasePath: string,
  signal: AbortSignal | undefined,
): Promise<SavedC1z> {
  try {
    const databaseBytes = (await stat(databasePath)).size;
    await compress(databasePath, databaseBytes, file, signal);
    await file.sync();
    return { path, fileBytes: (await file.stat()).size, databaseBytes };
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
    // Writes the size into the frame, which lets a reader refuse a too large one before it unpacks it.
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
 * Brings the rename to the disk. The new file is in place by now, so a file system that cannot do this to a folder, or
 * a folder that may be written but not read, is no reason to call the save failed.
 */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}
