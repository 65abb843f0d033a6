// The journal from which SQLite restores pages of a database after a crash (section 3 of
// https://www.sqlite.org/fileformat2.html).
import { truncateSync, writeFileSync } from 'node:fs';

const magic = Buffer.from('d9d505f920a163d7', 'hex');
const sectorBytes = 512;
/** Random, where a disk could mix up journals: this one is never read after the next one was written. */
const nonce = 0;
/** Every 200th byte of a page is in its checksum, from its end. */
const checksumStep = 200;

interface Journal {
  readonly pageBytes: number;
  /** The number of pages that the database had: it is cut off after them. */
  readonly databasePages: number;
  /** As they were. */
  readonly pages: readonly { readonly pageNumber: number; readonly bytes: Buffer }[];
}

/** Writes a journal. Unless it is removed, the next connection to the database rolls back to it. */
export function writeRollbackJournal(databasePath: string, { pageBytes, databasePages, pages }: Journal): void {
  const journal = Buffer.alloc(sectorBytes + pages.length * (pageBytes + 8));
  magic.copy(journal);
  for (const [i, value] of [pages.length, nonce, databasePages, sectorBytes, pageBytes].entries()) {
    journal.writeUInt32BE(value, magic.length + 4 * i);
  }
  let at = sectorBytes;
  for (const { pageNumber, bytes } of pages) {
    at = journal.writeUInt32BE(pageNumber, at);
    at += bytes.copy(journal, at);
    at = journal.writeUInt32BE(checksumOf(bytes), at);
  }
  writeFileSync(pathOf(databasePath), journal, { mode: 0o600 });
}

/** Commits what was written since. */
export function removeRollbackJournal(databasePath: string): void {
  // As SQLite does it in its journal mode `truncate`.
  truncateSync(pathOf(databasePath));
}

function checksumOf(page: Buffer): number {
  let sum = nonce;
  for (let at = page.length - checksumStep; at > 0; at -= checksumStep) sum += page.readUInt8(at);
  return sum;
}

function pathOf(databasePath: string): string {
  return `${databasePath}-journal`;
}
