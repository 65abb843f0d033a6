// The variable that limits the size of databases in .c1z files.
import type { Logger } from 'pino';
import { readVariable } from './unquote.ts';

const maxDecodedSizeVariable = 'BATON_DECODER_MAX_DECODED_SIZE_MB';

/**
 * The maximum size of the database in a .c1z file, in bytes, as Go programs read it: in MiB, and ignored if it is not a
 * whole number (pkg/dotc1z/decoder.go of baton-sdk v0.25.0). Undefined: the default of 10 GiB.
 */
export function readMaxDatabaseBytes(env: NodeJS.ProcessEnv, logger: Pick<Logger, 'warn'>): number | undefined {
  const text = readVariable(env, maxDecodedSizeVariable) ?? '';
  const mebibytes = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (mebibytes > 0) return mebibytes * 1024 ** 2;
  if (text !== '') {
    logger.warn(`${maxDecodedSizeVariable} ignored: it must be a positive integer, in MiB; the limit is 10 GiB`);
  }
  return undefined;
}
