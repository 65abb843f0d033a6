// A lock that only one process holds, and that ends with the process, however it ends.
import { rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { DatabaseSync } from 'node:sqlite';

/** Who holds a lock. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
}

/** SQLITE_BUSY and SQLITE_LOCKED. */
const busyCodes = new Set([5, 6]);

/**
 * The lock is SQLite's own on a small database: a transaction that may write, and never does. The operating system ends it
 * with the process, also across containers and, where the file system supports it, machines. So a lock of a dead process
 * needs no takeover. Others can still read who holds it.
 */
export class FileLock implements Disposable {
  readonly #db: DatabaseSync;
  readonly #path: string;

  private constructor(db: DatabaseSync, path: string) {
    this.#db = db;
    this.#path = path;
  }

  /**
   * Takes the lock at `path`, which it creates.
   * @returns Who else holds it, if somebody does; undefined if that one is just beginning or ending.
   * @throws The error of SQLite, for a file system without locks.
   */
  static take(path: string): FileLock | LockHolder | undefined {
    const before = inodeOf(path);
    const db = openPrivately(path);
    try {
      db.exec('pragma synchronous = off');
      db.exec('begin immediate');
      db.exec('create table if not exists holder (pid integer, host text, since text)');
      db.exec('delete from holder');
      db.prepare('insert into holder values (?, ?, ?)').run(process.pid, hostname(), new Date().toISOString());
      db.exec('commit');
      db.exec('begin immediate');
      // The one before may have removed the file between our opening and its end.
      if (inodeOf(path) !== undefined && (before === undefined || inodeOf(path) === before)) {
        return new FileLock(db, path);
      }
    } catch (error) {
      if (!isBusy(error)) {
        db.close();
        throw error;
      }
    }
    const holder = readHolder(db);
    db.close();
    return holder;
  }

  /** Releases the lock, and removes its file. Safe to call again. */
  [Symbol.dispose](): void {
    if (!this.#db.isOpen) return;
    // Before the release: afterwards it may be somebody else's.
    rmSync(this.#path, { force: true });
    this.#db.close();
  }
}

/**
 * SQLite would let every user read the file, and so lock it. It creates the file itself, with our mode: if the process
 * closed the file elsewhere, the system would end its locks on it.
 */
function openPrivately(path: string): DatabaseSync {
  const umask = process.umask(0o177);
  try {
    return new DatabaseSync(path);
  } finally {
    process.umask(umask);
  }
}

function readHolder(db: DatabaseSync): LockHolder | undefined {
  try {
    if (db.isTransaction) return undefined;
    const row = db.prepare('select pid, host, since from holder').get();
    return row && { pid: Number(row.pid), host: String(row.host), since: String(row.since) };
  } catch (error) {
    // It is being written, or is not there yet.
    if (isBusy(error) || (error instanceof Error && error.message.includes('no such table'))) return undefined;
    throw error;
  }
}

function inodeOf(path: string): bigint | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && busyCodes.has(Number(error.errcode) & 0xff);
}
