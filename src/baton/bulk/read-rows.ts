// Reads a file of changes: CSV or NDJSON, by its first character.
import { open } from 'node:fs/promises';
import { UsageError } from '../author/usage-error.ts';
import { fileBytesMax } from './limits.ts';
import { readNdjsonRows } from './ndjson-rows.ts';
import type { Rows } from './row.ts';

/** @throws UsageError when it cannot be read, is too large, is not UTF-8, or is malformed. */
export async function readRows(path: string): Promise<Rows> {
  const text = decode(await readBounded(path), path);
  if (text.trim() === '') throw fault(path, 'is empty: it needs a header and a row, or a JSON object per line');
  if (text.trimStart().startsWith('{')) return readNdjsonRows(text, path);
  // Loaded here: only files of this kind need the parser.
  return (await import('./csv-rows.ts')).readCsvRows(text, path);
}

async function readBounded(path: string): Promise<Buffer> {
  try {
    await using file = await open(path, 'r');
    const pieces: Buffer[] = [];
    let size = 0;
    for await (const piece of file.createReadStream({ autoClose: false, end: fileBytesMax })) {
      pieces.push(piece);
      size += piece.length;
    }
    if (size > fileBytesMax) throw fault(path, `is larger than ${fileBytesMax / 1024 / 1024} MiB: split it`);
    return Buffer.concat(pieces);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw fault(path, `cannot be read: ${(error as Error).message}`);
  }
}

/** Excel writes other encodings than UTF-8 unless it is asked for it, and names would be garbled. */
function decode(bytes: Buffer, path: string): string {
  const isUtf16 = ['fffe', 'feff'].includes(bytes.subarray(0, 2).toString('hex'));
  try {
    if (!isUtf16) return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Reported below.
  }
  throw fault(path, 'is not UTF-8: in Excel, save it as "CSV UTF-8"');
}

function fault(path: string, problem: string): UsageError {
  return new UsageError([`--changes: ${path} ${problem}`]);
}
