// A .c1z file that is opened, added to and saved.
import { access, constants, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { C1zReader } from './c1z-reader.ts';
import { C1zError } from './file/c1z-error.ts';
import { packC1z, type SavedC1z } from './file/pack-c1z.ts';
import { type OpenC1zOptions, openScratchDatabase, type ScratchDatabase } from './file/scratch-database.ts';
import { toStorageError } from './file/storage-error.ts';
import { type StartSyncOptions, SyncWriter } from './sync-writer.ts';
import { RecordReader } from './tables/record-reader.ts';

/**
 * Opens the .c1z file `path`, or prepares a new one when it is missing or empty. The file stays as it is until
 * {@link C1zFile.save}. Whoever opens it must save or close it, or bind it with `await using`.
 * @throws {C1zError} with any of its reasons
 */
export async function openC1z(path: string, options: OpenC1zOptions = {}): Promise<C1zFile> {
  const target = resolve(path);
  await checkFolder(target);
  return new C1zFile(target, await openScratchDatabase(target, options), options.now);
}

/** A sync can take an hour: a folder that cannot be written should be known before. */
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

/** An opened .c1z file to which sync runs are added. */
export class C1zFile extends C1zReader {
  readonly #scratch: ScratchDatabase;
  readonly #now: () => Date;
  #sync: SyncWriter | undefined;
  #runsDeleted = false;

  constructor(path: string, scratch: ScratchDatabase, now: () => Date = () => new Date()) {
    super(path, scratch, now);
    this.#scratch = scratch;
    this.#now = now;
  }

  /** Begins a sync run. One at a time. */
  startSync(options: StartSyncOptions): SyncWriter {
    if (this.#sync && !this.#sync.ended) {
      throw new Error(`sync ${this.#sync.syncId} is being written; end it before another is started`);
    }
    const { db, temporaryFolder } = this.#scratch;
    if (!db.isTransaction) db.exec('begin immediate');
    const onDelete = () => {
      this.#runsDeleted = true;
    };
    this.#sync = new SyncWriter({ db, temporaryFolder, now: this.#now, onDelete }, options);
    return this.#sync;
  }

  override records(syncId: string | undefined): RecordReader {
    return new RecordReader(this.#scratch.db, syncId, () => this.#sync?.endLoad());
  }

  /** Closes the file without writing it, and removes all temporary files. May be called again. */
  override async close(): Promise<void> {
    this.#sync?.abandon();
    await super.close();
  }

  /**
   * Writes the file and closes it. When this fails or is aborted, the file on the disk is what it was before, and
   * nothing else is left.
   * @throws {C1zError} `unusable_path`, `temporary_storage`; the signal's reason when aborted
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

  /** @returns The path of the database to pack. */
  #commit(): string {
    const { db, path, folder, temporaryFolder } = this.#scratch;
    try {
      db.exec('commit');
      if (!this.#runsDeleted) {
        db.close();
        return path;
      }
      // Leaves out the free pages of deleted runs. An ordinary VACUUM would write everything three times.
      const compactPath = join(folder, 'db-compact');
      db.prepare('vacuum into ?').run(compactPath);
      db.close();
      return compactPath;
    } catch (error) {
      throw toStorageError(error, temporaryFolder);
    }
  }
}
