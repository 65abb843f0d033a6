// A .c1z file that is opened, extended by a sync run and saved.
import { rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { C1zReader } from './c1z-reader.ts';
import type { FileLock } from './file/file-lock.ts';
import { openKeptDatabase } from './file/kept-database.ts';
import { type KeptRun, keptFolderName, writeKeptRun } from './file/kept-run.ts';
import { type LockOptions, lockTarget } from './file/lock-target.ts';
import { packC1z, type SavedC1z } from './file/pack-c1z.ts';
import {
  chooseTemporaryFolder,
  type OpenC1zOptions,
  openScratchDatabase,
  type ScratchDatabase,
} from './file/scratch-database.ts';
import { checkDatabaseToWrite, maxDatabaseBytesDefault } from './file/size-limit.ts';
import { readDatabase, toDatabaseError } from './file/storage-error.ts';
import { checkTarget, type FileIdentity, findTarget, identifyFile } from './file/target-file.ts';
import { TemporaryFolder } from './file/temporary-folder.ts';
import { SyncWriter } from './sync-writer.ts';
import { deleteRun } from './tables/retention.ts';
import { createSchema } from './tables/schema.ts';
import {
  type ContinueSyncOptions,
  listRuns,
  reopenRun,
  type StartSyncOptions,
  type SyncRun,
  type SyncType,
  unfinishedMaxAgeMs,
} from './tables/sync-runs.ts';

/** How an unfinished run is kept for a later process. */
export interface KeepOptions {
  /** Of the settings that decide what the run writes: a run of others is not continued. */
  readonly fingerprint: string;
  /** Whether to continue a run that was kept. */
  readonly mayContinue: boolean;
  /** Called with a clause that says why a run that was kept is not continued, or none can be kept. */
  readonly onRefused: (reason: string) => void;
}

interface OpenC1zFileOptions extends OpenC1zOptions, LockOptions {
  /** Whether the grants of a new file bypass SQLite (see `load/`). Default: true. */
  readonly bulkLoad?: boolean | undefined;
  /** Absent: an unfinished run is removed when the file is closed. */
  readonly keep?: KeepOptions | undefined;
}

/**
 * Opens the .c1z file `path`, or prepares a new one if it is missing or empty, and locks it. The file on disk does not
 * change until {@link C1zFile.save}. The caller must save or close it, or bind it with `await using`.
 * @throws {C1zError} with any of its reasons
 */
export async function openC1z(path: string, options: OpenC1zFileOptions = {}): Promise<C1zFile> {
  const target = await findTarget(resolve(path));
  await checkTarget(target);
  const lock = await lockTarget(target, options);
  try {
    const identity = await identifyFile(target);
    const opened = await openDatabase(target, identity, options);
    return new C1zFile(target, { ...opened, lock, identity }, options);
  } catch (error) {
    lock?.[Symbol.dispose]();
    throw error;
  }
}

/** The database, and its unfinished run if that is to be continued. */
interface Opened {
  readonly scratch: ScratchDatabase;
  /** Whether the folder of the database can outlive the process. */
  readonly isKeepable: boolean;
  readonly unfinished?: KeptRun | undefined;
}

async function openDatabase(target: string, identity: FileIdentity, options: OpenC1zFileOptions): Promise<Opened> {
  const { keep, now = () => new Date() } = options;
  const temporaryFolder = chooseTemporaryFolder(options);
  const folder = keep && (await TemporaryFolder.open(temporaryFolder, keptFolderName(target)));
  if (!keep || !folder) {
    keep?.onRefused(`another user or process has the folder for it in ${temporaryFolder}`);
    return { scratch: await openScratchDatabase(target, options, createSchema), isKeepable: false };
  }
  try {
    const kept =
      keep.mayContinue &&
      (await openKeptDatabase(folder, {
        temporaryFolder,
        fingerprint: keep.fingerprint,
        target: identity,
        now: now(),
        onUnusable: keep.onRefused,
      }));
    if (kept) return { scratch: kept.database, isKeepable: true, unfinished: kept.run };
    await folder.empty();
  } catch (error) {
    folder.release();
    throw error;
  }
  return { scratch: await openScratchDatabase(target, options, createSchema, folder), isKeepable: true };
}

/** An open .c1z file that sync runs are added to. */
export class C1zFile extends C1zReader {
  readonly #scratch: ScratchDatabase;
  readonly #lock: FileLock | undefined;
  readonly #identity: FileIdentity;
  readonly #unfinished: KeptRun | undefined;
  readonly #fingerprint: string | undefined;
  readonly #now: () => Date;
  readonly #bulkLoad: boolean;
  readonly #maxDatabaseBytes: number;
  #sync: SyncWriter | undefined;
  /** Records the run for a later process, if it can be kept. */
  #record: (() => void) | undefined;
  #runsDeleted = false;
  #isSaved = false;
  #isClosed = false;

  constructor(
    path: string,
    { scratch, isKeepable, unfinished, lock, identity }: Opened & { lock: FileLock | undefined; identity: string },
    { now = () => new Date(), bulkLoad = true, keep, maxDatabaseBytes = maxDatabaseBytesDefault }: OpenC1zFileOptions,
  ) {
    super(path, scratch, now);
    this.#scratch = scratch;
    this.#lock = lock;
    this.#identity = identity;
    this.#unfinished = unfinished;
    this.#fingerprint = isKeepable ? keep?.fingerprint : undefined;
    this.#now = now;
    this.#bulkLoad = bulkLoad;
    this.#maxDatabaseBytes = maxDatabaseBytes;
  }

  /** Starts a sync run. Only one can be open at a time. */
  startSync(options: StartSyncOptions): SyncWriter {
    return this.#open(options);
  }

  /** The run that a killed process left, if there is one to continue. */
  unfinishedRun(): SyncRun | undefined {
    return listRuns(this.#scratch.db).find(({ syncId }) => syncId === this.#unfinished?.syncId);
  }

  /**
   * The unfinished run in the file itself that started last, of a type, if it is less than a week old: a Go program saves
   * its file when it is stopped.
   */
  unfinishedRunOfOthers(type: SyncType): SyncRun | undefined {
    const oldest = this.#now().getTime() - unfinishedMaxAgeMs;
    const isUnfinished = (run: SyncRun) => run.endedAt === undefined && run.startedAt.getTime() >= oldest;
    return listRuns(this.#scratch.db).findLast((run) => run.type === type && isUnfinished(run));
  }

  /** Continues an unfinished run of this file instead of starting one. */
  continueSync(run: SyncRun): SyncWriter {
    const { db } = this.#scratch;
    if (!db.isTransaction) db.exec('begin immediate');
    // It may have been killed while the file was written.
    reopenRun(db, run.syncId);
    // Those of the deleted runs, if it came to that.
    this.#runsDeleted = db.prepare('pragma freelist_count').get()?.freelist_count !== 0;
    const notes = run.syncId === this.#unfinished?.syncId ? this.#unfinished.notes : '';
    return this.#open({ continues: run, notes });
  }

  #open(options: StartSyncOptions | ContinueSyncOptions): SyncWriter {
    if (this.#sync && !this.#sync.ended) {
      throw new Error(`sync ${this.#sync.syncId} is still open; end it before you start another one`);
    }
    const { db, temporaryFolder, folder } = this.#scratch;
    if (!db.isTransaction) readDatabase(() => db.exec('begin immediate'));
    const fingerprint = this.#fingerprint;
    const context = {
      db,
      temporaryFolder,
      bulkLoad: this.#bulkLoad,
      now: this.#now,
      isKept: fingerprint !== undefined,
      onDelete: () => {
        this.#runsDeleted = true;
      },
    };
    const sync = readDatabase(() => new SyncWriter(context, options));
    this.#sync = sync;
    if (fingerprint !== undefined) {
      const startedAt = ('continues' in options ? options.continues.startedAt : this.#now()).toISOString();
      const run = { fingerprint, syncId: sync.syncId, startedAt, target: this.#identity };
      this.#record = () => writeKeptRun(folder.path, { ...run, notes: sync.notes });
      this.#record();
    }
    return sync;
  }

  /**
   * Deletes a run. Runs that need not be kept until the new one has ended are cheaper to delete with `SyncWriter.prune`:
   * by then there are indexes.
   */
  deleteRun(syncId: string): void {
    deleteRun(this.#scratch.db, syncId);
    this.#runsDeleted = true;
  }

  /** Whether a later process can continue the run if it is not saved now. */
  get isKept(): boolean {
    return !this.#isSaved && this.#fingerprint !== undefined && this.#sync?.isWorthKeeping === true;
  }

  /** Gives up the unfinished run: it is removed when the file is closed. */
  abandon(): void {
    this.#isSaved = true;
  }

  /**
   * Writes the file and closes it. If this fails or is aborted, the file on disk is unchanged and no temporary file
   * remains.
   * @throws {C1zError} `unusable_path`, `file_changed`, `temporary_storage`, `too_large`; the signal's reason if aborted
   */
  async save({ signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<SavedC1z> {
    if (!this.#sync) throw new Error(`there is no new sync to save to ${this.path}`);
    if (!this.#sync.ended) throw new Error(`sync ${this.#sync.syncId} has not ended; a failed sync is not saved`);
    try {
      signal?.throwIfAborted();
      const database = this.#commit();
      checkDatabaseToWrite(this.path, statSync(database).size, this.#maxDatabaseBytes);
      const saved = await packC1z(database, this.path, { signal, replaces: this.#identity });
      this.#isSaved = true;
      return saved;
    } finally {
      await this.close();
    }
  }

  override async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#sync?.[Symbol.dispose]();
    if (this.isKept) {
      // What was not committed is rolled back.
      if (this.#scratch.db.isOpen) this.#scratch.db.close();
      this.#scratch.folder.release();
    } else {
      await super.close();
    }
    this.#lock?.[Symbol.dispose]();
  }

  /** @returns The path of the database to pack. */
  #commit(): string {
    const { db, path, folder, temporaryFolder } = this.#scratch;
    try {
      // The end of the run has removed its notes from the database. Until the file is written they are still needed.
      this.#record?.();
      db.exec('commit');
      if (!this.#runsDeleted) {
        db.close();
        return path;
      }
      // Drops the free pages of deleted runs. An ordinary VACUUM would write everything three times.
      const compactPath = join(folder.path, 'db-compact');
      rmSync(compactPath, { force: true });
      db.prepare('vacuum into ?').run(compactPath);
      db.close();
      return compactPath;
    } catch (error) {
      throw toDatabaseError(error, temporaryFolder);
    }
  }
}
