// Recognizes a full or broken temporary folder among the failures to write the database.
import { C1zError } from './c1z-error.ts';

/** SQLITE_IOERR (extended codes of it have more bits) and SQLITE_FULL. */
const storageCodes = new Set([10, 13]);
/** The same failures of writes that bypass SQLite. */
const systemCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO']);

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

function isStorageFailure(error: Error): boolean {
  if ('errcode' in error && typeof error.errcode === 'number') return storageCodes.has(error.errcode & 0xff);
  return 'code' in error && typeof error.code === 'string' && systemCodes.has(error.code);
}
