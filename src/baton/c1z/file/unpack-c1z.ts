// Unpacks the database of a .c1z file as a stream.
import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdDecompress } from 'node:zlib';
import { C1zError } from './c1z-error.ts';
import { c1zMagic, chunkBytes, pebbleMagic } from './envelope.ts';
import { checkDatabaseToRead, declaredContentBytes } from './size-limit.ts';
import { statRegular } from './target-file.ts';

/** As in the Go SDK: files with a larger zstd window are rejected, so that reading needs bounded memory. */
const windowLogMax = 27;

/** Of a zstd frame. */
const frameHeaderMaxBytes = 18;

/** How a database is unpacked. */
interface UnpackOptions {
  readonly signal?: AbortSignal | undefined;
  /** Maximum size of the database. */
  readonly maxDatabaseBytes: number;
}

/**
 * Writes the database in the .c1z file `path` to `databasePath`.
 * @returns Whether there is one: a missing or empty file stands for a new .c1z file.
 * @throws {C1zError} `not_a_c1z`, `pebble_format`, `damaged`, `too_large` or `unusable_path`
 */
export async function unpackC1z(path: string, databasePath: string, options: UnpackOptions): Promise<boolean> {
  if (!(await statRegular(path))) return false;
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw new C1zError('unusable_path', `cannot open the .c1z file ${path}: ${messageOf(error)}`, { cause: error });
  }
  try {
    const stat = await file.stat();
    if (stat.size === 0) return false;
    await checkMagic(path, file);
    await checkDeclaredSize(path, file, options);
    await decompress(path, databasePath, stat.size - c1zMagic.length, options);
    return true;
  } finally {
    await file.close();
  }
}

async function checkMagic(path: string, file: FileHandle): Promise<void> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(c1zMagic.length), 0, c1zMagic.length, 0);
  const magic = buffer.subarray(0, bytesRead);
  if (magic.equals(c1zMagic)) return;
  if (magic.equals(pebbleMagic)) {
    throw new C1zError(
      'pebble_format',
      `${path} is a .c1z file in the v3 (Pebble) format; this program reads and writes only v1 (SQLite). ` +
        'Name another file, or move this one away. Its connector writes v1 with --storage-engine sqlite',
    );
  }
  throw new C1zError(
    'not_a_c1z',
    `${path} is not a .c1z file: it does not begin with "C1ZF". Name another file, or move this one away`,
  );
}

/** Before gigabytes are written. */
async function checkDeclaredSize(path: string, file: FileHandle, { maxDatabaseBytes }: UnpackOptions): Promise<void> {
  const { buffer, bytesRead } = await file.read(
    Buffer.alloc(frameHeaderMaxBytes),
    0,
    frameHeaderMaxBytes,
    c1zMagic.length,
  );
  checkDatabaseToRead(path, declaredContentBytes(buffer.subarray(0, bytesRead)) ?? 0, maxDatabaseBytes);
}

async function decompress(
  path: string,
  databasePath: string,
  compressedBytes: number,
  { signal, maxDatabaseBytes }: UnpackOptions,
): Promise<void> {
  let databaseBytes = 0;
  const limit = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      databaseBytes += chunk.length;
      try {
        checkDatabaseToRead(path, databaseBytes, maxDatabaseBytes);
        done(null, chunk);
      } catch (error) {
        done(error as C1zError);
      }
    },
  });
  const zstd = createZstdDecompress({
    chunkSize: chunkBytes,
    params: { [constants.ZSTD_d_windowLogMax]: windowLogMax },
  });
  const source = createReadStream(path, { start: c1zMagic.length, highWaterMark: chunkBytes });
  try {
    await pipeline(source, zstd, limit, createWriteStream(databasePath, { mode: 0o600 }), { signal });
  } catch (error) {
    if (signal?.aborted || error instanceof C1zError) throw error;
    if (error instanceof Error && 'syscall' in error) {
      const text = `cannot unpack ${path} to the temporary file ${databasePath}: ${error.message}`;
      throw new C1zError('temporary_storage', text, { cause: error });
    }
    throw damaged(path, messageOf(error), error);
  }
  // Node's stream ignores what follows the frame, which would be a lost part of the database.
  if (zstd.bytesWritten !== compressedBytes) {
    throw damaged(path, `${compressedBytes - zstd.bytesWritten} bytes follow the end of the compressed database`);
  }
}

function damaged(path: string, detail: string, cause?: unknown): C1zError {
  const text = `the .c1z file ${path} is damaged or truncated (${detail}). Restore it from a copy, or move it away`;
  return new C1zError('damaged', text, { cause });
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
