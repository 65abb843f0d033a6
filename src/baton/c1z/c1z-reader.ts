// A .c1z file that is open for reading.
import { resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { C1zError } from './file/c1z-error.ts';
import {
  type OpenC1zOptions,
  openScratchDatabase,
  removeScratchDatabase,
  type ScratchDatabase,
} from './file/scratch-database.ts';
import { RecordReader } from './tables/record-reader.ts';
import { createSchema } from './tables/schema.ts';
import { latestFinishedFullRun, listRuns, runToView, type SyncRun } from './tables/sync-runs.ts';

/**
 * Opens an existing .c1z file for reading. The caller must close it, or bind it with `await using`.
 * @throws {C1zError} with any of its reasons; `unusable_path` if there is no file
 */
export async function readC1z(path: string, options: OpenC1zOptions = {}): Promise<C1zReader> {
  const scratch = await openScratchDatabase(resolve(path), options, createSchema);
  if (scratch.existed) return new C1zReader(resolve(path), scratch, options.now);
  await removeScratchDatabase(scratch);
  throw new C1zError('unusable_path', `the .c1z file ${resolve(path)} does not exist or is empty. Run a sync first`);
}

/** An open .c1z file. Its database is a copy in a temporary folder. */
export class C1zReader implements AsyncDisposable {
  readonly path: string;
  readonly #scratch: ScratchDatabase;
  readonly #now: () => Date;

  constructor(path: string, scratch: ScratchDatabase, now: () => Date = () => new Date()) {
    this.path = path;
    this.#scratch = scratch;
    this.#now = now;
  }

  /** The database: a copy, which only this process uses. For queries that {@link records} does not have. */
  get database(): DatabaseSync {
    return this.#scratch.db;
  }

  /** All runs in the file, in the order in which they started. */
  runs(): SyncRun[] {
    return listRuns(this.#scratch.db);
  }

  /** The full run that ended last, if any. */
  latestFinishedFullRun(): SyncRun | undefined {
    return latestFinishedFullRun(this.#scratch.db);
  }

  /** The run that a viewer shows, see {@link runToView}. */
  runToView(): SyncRun | undefined {
    return runToView(this.#scratch.db, this.#now());
  }

  /** The rows of a run, or of all runs if `syncId` is undefined. */
  records(syncId: string | undefined): RecordReader {
    return new RecordReader(this.#scratch.db, syncId);
  }

  /**
   * Closes the database, for another connection to attach it.
   * @returns Its path. It is removed by {@link close}.
   */
  handOver(): string {
    this.#scratch.db.close();
    return this.#scratch.path;
  }

  /** Closes the file without writing it, and removes all temporary files. Safe to call again. */
  async close(): Promise<void> {
    await removeScratchDatabase(this.#scratch);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
