// The limit on the size of the database in a .c1z file, which readers and writers share.
import { C1zError } from './c1z-error.ts';

/** As in the Go SDK. */
export const maxDatabaseBytesDefault = 10 * 1024 ** 3;

const variable = 'BATON_DECODER_MAX_DECODED_SIZE_MB';

/** @throws {C1zError} `too_large` */
export function checkDatabaseToRead(path: string, bytes: number, maxBytes: number): void {
  if (bytes <= maxBytes) return;
  throw new C1zError(
    'too_large',
    `the database in ${path} is larger than the limit of ${toMebibytes(maxBytes)} MiB. Set ${variable} to a higher number of MiB, or use another file`,
  );
}

/**
 * A file that is larger than the limit could be written, and never read again, not even to add a sync.
 * @throws {C1zError} `too_large`
 */
export function checkDatabaseToWrite(path: string, bytes: number, maxBytes: number): void {
  if (bytes <= maxBytes) return;
  throw new C1zError(
    'too_large',
    `the database for ${path} has ${toMebibytes(bytes)} MiB, and nobody could read it with the limit of ${toMebibytes(maxBytes)} MiB; the file is unchanged. Keep fewer syncs in it (BATON_KEEP_SYNC_COUNT=1), write to a new file, or set ${variable} to a higher number of MiB, here and for what reads the file`,
  );
}

function toMebibytes(bytes: number): number {
  return Math.ceil(bytes / 1024 ** 2);
}

/**
 * The size of its content that the first frame of a zstd stream declares, if it does (RFC 8878, 3.1.1.1).
 * @param header - The first 18 bytes, or fewer if there are no more.
 */
export function declaredContentBytes(header: Buffer): number | undefined {
  if (header.length < 6 || header.readUInt32LE(0) !== 0xfd2fb528) return undefined;
  const descriptor = header.readUInt8(4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const sizeBytes = sizeFlag === 0 ? (isSingleSegment ? 1 : 0) : 1 << sizeFlag;
  const at = 5 + (isSingleSegment ? 0 : 1) + ([0, 1, 2, 4][descriptor & 3] ?? 0);
  if (sizeBytes === 0 || header.length < at + sizeBytes) return undefined;
  switch (sizeBytes) {
    case 1:
      return header.readUInt8(at);
    case 2:
      return header.readUInt16LE(at) + 256;
    case 4:
      return header.readUInt32LE(at);
    default:
      return Number(header.readBigUInt64LE(at));
  }
}
