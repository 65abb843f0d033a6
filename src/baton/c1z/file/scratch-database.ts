// The unpacked database of a .c1z file: a copy in a temporary folder, tuned for a few large writes in bounded memory.
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { C1zError } from './c1z-error.ts';
import { maxDatabaseBytesDefault } from './size-limit.ts';
import { toStorageError } from './storage-error.ts';
import { TemporaryFolder } from './temporary-folder.ts';
import { unpackC1z } from './unpack-c1z.ts';

/** How a .c1z file is opened. */
export interface OpenC1zOptions {
  /** The existing folder for the unpacked database. Default: the system's folder for temporary files. */
  readonly temporaryFolder?: string | undefined;
  /** Aborts the unpacking. */
  readonly signal?: AbortSignal | undefined;
  /** Maximum size of the database in the file. Default: 10 GiB, as in the Go SDK. */
  readonly maxDatabaseBytes?: number | undefined;
  /** The clock. */
  readonly now?: (() => Date) | undefined;
}

/** An open database. Only this process uses it. */
export interface ScratchDatabase {
  readonly db: DatabaseSync;
  readonly path: string;
  /** A folder for this database alone. */
  readonly folder: TemporaryFolder;
  /** The operator's folder for temporary files, the parent of {@link folder}. */
  readonly temporaryFolder: string;
  /** Whether a .c1z file existed. */
  readonly existed: boolean;
}

/** Its name in a folder of its own. */
export const databaseName = 'db';
/** Makes a new database 7 % smaller than SQLite's default of 4096, and indexes faster. */
const pageBytes = 16_384;
/** Limits the page cache, and the sorter that builds indexes. */
const cacheKilobytes = 16 * 1024;

/** The operator's folder for temporary files. */
export function chooseTemporaryFolder({ temporaryFolder }: OpenC1zOptions): string {
  return resolve(temporaryFolder ?? tmpdir());
}

/**
 * Unpacks the .c1z file `c1zPath`, or creates a new database if it is missing or empty. Leaves nothing behind if that
 * fails.
 * @param prepare - Creates the tables. If it throws, the file counts as damaged.
 * @param emptyFolder - For the database. Default: one with a name of its own.
 * @throws {C1zError} with any of its reasons
 */
export async function openScratchDatabase(
  c1zPath: string,
  options: OpenC1zOptions,
  prepare: (db: DatabaseSync) => void,
  emptyFolder?: TemporaryFolder,
): Promise<ScratchDatabase> {
  const temporaryFolder = chooseTemporaryFolder(options);
  const folder = emptyFolder ?? (await TemporaryFolder.make(temporaryFolder, 'c1z-'));
  const path = join(folder.path, databaseName);
  try {
    const existed = await unpackC1z(c1zPath, path, {
      signal: options.signal,
      maxDatabaseBytes: options.maxDatabaseBytes ?? maxDatabaseBytesDefault,
    });
    const db = openDatabase(c1zPath, path, temporaryFolder, prepare);
    return { db, path, folder, temporaryFolder, existed };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

/** Closes the database and removes its folder. */
export async function removeScratchDatabase({ db, folder }: ScratchDatabase): Promise<void> {
  if (db.isOpen) db.close();
  await folder.remove();
}

function openDatabase(
  c1zPath: string,
  path: string,
  temporaryFolder: string,
  prepare: (db: DatabaseSync) => void,
): DatabaseSync {
  const db = new DatabaseSync(path);
  try {
    configure(db, temporaryFolder);
    prepare(db);
    return db;
  } catch (error) {
    db.close();
    const storage = toStorageError(error, temporaryFolder);
    if (storage !== error) throw storage;
    const detail = error instanceof Error ? error.message : String(error);
    throw new C1zError(
      'damaged',
      `${c1zPath} does not contain a Baton database (${detail}). Restore it from a copy, or move it away`,
      { cause: error },
    );
  }
}

/** Settings of a connection to such a database. */
export function configure(db: DatabaseSync, temporaryFolder: string): void {
  // Where sorts spill to. It applies to the whole process, so it must outlive this database.
  db.exec(`pragma temp_store_directory = '${temporaryFolder.replaceAll("'", "''")}'`);
  db.exec('pragma temp_store = file');
  db.exec(`pragma page_size = ${pageBytes}`);
  db.exec(`pragma cache_size = -${cacheKilobytes}`);
  db.exec('pragma locking_mode = exclusive');
  // Not off: a failed statement must be rolled back, such as a unique index that finds duplicates. This also turns a
  // database in write-ahead-log mode back into a single file.
  db.exec('pragma journal_mode = truncate');
  db.exec('pragma synchronous = off');
}
