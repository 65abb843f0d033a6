// Appends pages to a database file that SQLite has open, as another process would (sections 1.2, 1.3 and 1.4 of
// https://www.sqlite.org/fileformat2.html).
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { removeRollbackJournal, writeRollbackJournal } from './rollback-journal.ts';
import type { PageSize } from './tree-page.ts';

/** SQLite uses the page with this byte for locks, and stores nothing in it. */
const lockByte = 0x4000_0000;
const headerBytes = 100;
/** Pages are written in chunks of about this size. */
const bufferBytes = 1024 * 1024;

/**
 * The new pages after the existing ones. SQLite sees them after {@link finish}; until then only this class may write to
 * the file. A process that is killed leaves the database as it was, for SQLite to open: either with more pages than it
 * knows of, or with a journal to roll back.
 *
 * Open and close it only while SQLite holds no lock: closing any descriptor of a file drops all locks that the process
 * has on it.
 */
export class DatabaseFile implements PageSize {
  readonly pageBytes: number;
  readonly usableBytes: number;
  readonly #path: string;
  #fd: number | undefined;
  /** Why nothing more can be written. */
  #failure: unknown;
  readonly #header: Buffer;
  /** The page after the last one. */
  #nextPage: number;
  /** Consecutive pages that are not in the file yet, up to the last one. */
  readonly #buffer: Buffer;
  #bufferedBytes = 0;
  /** What takes the place of pages that the file has, by their numbers. */
  readonly #replacing = new Map<number, Buffer>();

  /** @returns Undefined if the database is not as this program creates it. */
  static open(path: string): DatabaseFile | undefined {
    const fd = openSync(path, 'r+');
    let file: DatabaseFile | undefined;
    try {
      const header = Buffer.alloc(headerBytes);
      readSync(fd, header, 0, headerBytes, 0);
      if (isPlainDatabase(header, fstatSync(fd).size)) file = new DatabaseFile(path, fd, header);
      return file;
    } finally {
      if (!file) closeSync(fd);
    }
  }

  private constructor(path: string, fd: number, header: Buffer) {
    this.#path = path;
    this.#fd = fd;
    this.#header = header;
    this.pageBytes = pageBytesOf(header);
    this.usableBytes = this.pageBytes - header.readUInt8(20);
    this.#nextPage = header.readUInt32BE(28) + 1;
    this.#buffer = Buffer.allocUnsafe(Math.max(bufferBytes, this.pageBytes));
  }

  /** Appends a page. @returns its number */
  append(page: Buffer): number {
    if (this.#bufferedBytes + this.pageBytes > this.#buffer.length) this.#flush();
    if (this.#nextPage === Math.floor(lockByte / this.pageBytes) + 1) {
      this.#flush();
      this.#nextPage++;
    }
    page.copy(this.#buffer, this.#bufferedBytes);
    this.#bufferedBytes += this.pageBytes;
    return this.#nextPage++;
  }

  /** Replaces a page that was already in the file, at the end. */
  overwrite(pageNumber: number, page: Buffer): void {
    this.#replacing.set(pageNumber, Buffer.from(page));
  }

  /** Writes the rest, and the header from which SQLite learns that the file has grown and its cache is outdated. */
  finish(): void {
    this.#flush();
    this.#writeJournal();
    for (const [pageNumber, page] of this.#replacing) {
      this.#write(page, page.length, (pageNumber - 1) * this.pageBytes);
    }
    const changes = (this.#header.readUInt32BE(24) + 1) >>> 0;
    this.#header.writeUInt32BE(changes, 24);
    this.#header.writeUInt32BE(this.#nextPage - 1, 28);
    // The size is only valid if it was written with the last change.
    this.#header.writeUInt32BE(changes, 92);
    this.#write(this.#header, headerBytes, 0);
    removeRollbackJournal(this.#path);
    this.close();
  }

  /** Lets SQLite take back what a process that is killed in the next moment has replaced. */
  #writeJournal(): void {
    const fd = this.#fd;
    if (fd === undefined) throw this.#failure;
    const pages = [1, ...this.#replacing.keys()].map((pageNumber) => {
      const bytes = Buffer.alloc(this.pageBytes);
      readSync(fd, bytes, 0, bytes.length, (pageNumber - 1) * this.pageBytes);
      return { pageNumber, bytes };
    });
    writeRollbackJournal(this.#path, {
      pageBytes: this.pageBytes,
      databasePages: this.#header.readUInt32BE(28),
      pages,
    });
  }

  close(): void {
    if (this.#fd === undefined) return;
    closeSync(this.#fd);
    this.#fd = undefined;
    this.#failure ??= new Error('the database file is closed; nothing can be added to it');
  }

  #flush(): void {
    this.#write(this.#buffer, this.#bufferedBytes, (this.#nextPage - 1) * this.pageBytes - this.#bufferedBytes);
    this.#bufferedBytes = 0;
  }

  #write(bytes: Buffer, length: number, position: number): void {
    if (this.#fd === undefined) throw this.#failure;
    try {
      for (let done = 0; done < length; ) done += writeSync(this.#fd, bytes, done, length - done, position + done);
    } catch (error) {
      this.#failure = error;
      this.close();
      throw error;
    }
  }
}

function pageBytesOf(header: Buffer): number {
  const bytes = header.readUInt16BE(16);
  return bytes === 1 ? 65_536 : bytes;
}

/** Whether the file is as this program creates it: rollback journal, no auto-vacuum, schema format 4, UTF-8, known size. */
function isPlainDatabase(header: Buffer, fileBytes: number): boolean {
  return (
    header.toString('latin1', 0, 16) === 'SQLite format 3\0' &&
    header.readUInt8(18) === 1 &&
    header.readUInt8(19) === 1 &&
    header.readUInt32BE(24) === header.readUInt32BE(92) &&
    header.readUInt32BE(28) * pageBytesOf(header) === fileBytes &&
    header.readUInt32BE(44) === 4 &&
    header.readUInt32BE(52) === 0 &&
    header.readUInt32BE(56) === 1
  );
}
