// A .c1z file that is opened, extended by a sync run and saved.
import { access, constants, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { C1zReader } from './c1z-reader.ts';
import { C1zError } from './file/c1z-error.ts';
import { packC1z, type SavedC1z } from './file/pack-c1z.ts';
import { type OpenC1zOptions, openScratchDatabase, type ScratchDatabase } from './file/scratch-database.ts';
import { toStorageError } from './file/storage-error.ts';
import { type StartSyncOptions, SyncWriter } from './sync-writer.ts';
import { createSchema } from './tables/schema.ts';

interface OpenC1zFileOptions extends OpenC1zOptions {
  /** Whether the grants of a new file bypass SQLite (see `load/`). Default: true. */
  readonly bulkLoad?: boolean | undefined;
}

/**
 * Opens the .c1z file `path`, or prepares a new one if it is missing or empty. The file on disk does not change until
 * {@link C1zFile.save}. The caller must save or close it, or bind it with `await using`.
 * @throws {C1zError} with any of its reasons
 */
export async function openC1z(path: string, options: OpenC1zFileOptions = {}): Promise<C1zFile> {
  const target = resolve(path);
  await checkFolder(target);
  return new C1zFile(target, await openScratchDatabase(target, options, createSchema), options);
}

/** A sync can take an hour, so a folder that is not writable must be found out before it starts. */
async function checkFolder(path: string): Promise<void> {
  const folder = dirname(path);
  try {
    if (!(await stat(folder)).isDirectory()) throw new Error('it is not a folder');
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new C1zError('unusable_path', `cannot write the .c1z file ${path} to the folder ${folder}: ${detail}`, {
      cause: error,
    });
  }
}

/** An open .c1z file that sync runs are added to. */
export class C1zFile extends C1zReader {
  readonly #scratch: ScratchDatabase;
  readonly #now: () => Date;
  readonly #bulkLoad: boolean;
  #sync: SyncWriter | undefined;
  #runsDeleted = false;

  constructor(
    path: string,
    scratch: ScratchDatabase,
    { now = () => new Date(), bulkLoad = true }: OpenC1zFileOptions = {},
  ) {
    super(path, scratch, now);
    this.#scratch = scratch;
    this.#now = now;
    this.#bulkLoad = bulkLoad;
  }

  /** Starts a sync run. Only one can be open at a time. */
  startSync(options: StartSyncOptions): SyncWriter {
    if (this.#sync && !this.#sync.ended) {
      throw new Error(`sync ${this.#sync.syncId} is still open; end it before you start another one`);
    }
    const { db, temporaryFolder } = this.#scratch;
    if (!db.isTransaction) db.exec('begin immediate');
    const onDelete = () => {
      this.#runsDeleted = true;
    };
    this.#sync = new SyncWriter({ db, temporaryFolder, bulkLoad: this.#bulkLoad, now: this.#now, onDelete }, options);
    return this.#sync;
  }

  /**
   * Writes the file and closes it. If this fails or is aborted, the file on disk is unchanged and no temporary file
   * remains.
   * @throws {C1zError} `unusable_path`, `temporary_storage`; the signal's reason if aborted
   */
  async save({ signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<SavedC1z> {
    if (!this.#sync) throw new Error(`there is no new sync to save to ${this.path}`);
    if (!this.#sync.ended) throw new Error(`sync ${this.#sync.syncId} has not ended; a failed sync is not saved`);
    try {
      signal?.throwIfAborted();
      return await packC1z(this.#commit(), this.path, signal);
    } finally {
      await this.close();
    }
  }

  override async close(): Promise<void> {
    this.#sync?.[Symbol.dispose]();
    await super.close();
  }

  /** @returns The path of the database to pack. */
  #commit(): string {
    const { db, path, folder, temporaryFolder } = this.#scratch;
    try {
      db.exec('commit');
      if (!this.#runsDeleted) {
        db.close();
        return path;
      }
      // Drops the free pages of deleted runs. An ordinary VACUUM would write everything three times.
      const compactPath = join(folder, 'db-compact');
      db.prepare('vacuum into ?').run(compactPath);
      db.close();
      return compactPath;
    } catch (error) {
      throw toStorageError(error, temporaryFolder);
    }
  }
}
