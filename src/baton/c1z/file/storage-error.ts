// Recognizes a full or broken temporary folder, and a damaged database, among the failures of SQLite.
import { C1zError } from './c1z-error.ts';

/** SQLITE_IOERR (extended codes of it have more bits) and SQLITE_FULL. */
const storageCodes = new Set([10, 13]);
/** The same failures of writes that bypass SQLite. */
const systemCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO']);

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
const damageCodes = new Set([11, 26]);
/** Where a statement of this program does not fit: no such table or column (SQLITE_ERROR), or a value of another type. */
const misfitCodes = new Set([...damageCodes, 1, 20]);

/** Turns a failure to write the database into an error for the operator. Returns any other error unchanged. */
export function toStorageError(error: unknown, temporaryFolder: string): unknown {
  if (!(error instanceof Error && isStorageFailure(error))) return error;
  return new C1zError(
    'temporary_storage',
    `cannot write temporary files in ${temporaryFolder}: ${error.message}. ` +
      'A sync needs space there for the unpacked database, about 1.1 GB per million grants, and briefly twice that; ' +
      'name another folder with --c1z-temp-dir',
    { cause: error },
  );
}

/** The same where the database may be damaged, too. */
export function toDatabaseError(error: unknown, temporaryFolder: string): unknown {
  const isDamaged = error instanceof Error && damageCodes.has(codeOf(error));
  return isDamaged ? damagedError(error) : toStorageError(error, temporaryFolder);
}

/**
 * Reads from the database of a file.
 * @throws {C1zError} `damaged` if SQLite cannot read it, or if it has other tables or values than such a file
 */
export function readDatabase<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    // An integer that no row of this program has is out of range.
    const isOdd = error instanceof Error && 'code' in error && error.code === 'ERR_OUT_OF_RANGE';
    throw error instanceof Error && (isOdd || misfitCodes.has(codeOf(error))) ? damagedError(error) : error;
  }
}

/** The error for a database whose content is not that of a .c1z file. */
export function damagedError(cause: unknown): C1zError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new C1zError(
    'damaged',
    `the database in the .c1z file is damaged (${detail}). Restore the file from a copy, or move it away`,
    { cause },
  );
}

/** The code of an error of SQLite; 0 for other errors. */
function codeOf(error: Error): number {
  return 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : 0;
}

function isStorageFailure(error: Error): boolean {
  if (storageCodes.has(codeOf(error))) return true;
  return 'code' in error && typeof error.code === 'string' && systemCodes.has(error.code);
}
