// A .c1z file that is opened to look into it.
import { resolve } from 'node:path';
import { C1zError } from './file/c1z-error.ts';
import {
  type OpenC1zOptions,
  openScratchDatabase,
  removeScratchDatabase,
  type ScratchDatabase,
} from './file/scratch-database.ts';
import { RecordReader } from './tables/record-reader.ts';
import { latestFinishedFullRun, listRuns, runToView, type SyncRun } from './tables/sync-runs.ts';

/**
 * Opens an existing .c1z file for reading. Whoever opens it must close it, or bind it with `await using`.
 * @throws {C1zError} with any of its reasons; `unusable_path` when there is no file
 */
export async function readC1z(path: string, options: OpenC1zOptions = {}): Promise<C1zReader> {
  const scratch = await openScratchDatabase(resolve(path), options);
  if (scratch.existed) return new C1zReader(resolve(path), scratch, options.now);
  await removeScratchDatabase(scratch);
  throw new C1zError('unusable_path', `there is no .c1z file ${resolve(path)}, or it is empty. Run a sync to make it`);
}

/** An opened .c1z file. Its database is a copy in a temporary folder. */
export class C1zReader implements AsyncDisposable {
  readonly path: string;
  readonly #scratch: ScratchDatabase;
  readonly #now: () => Date;

  constructor(path: string, scratch: ScratchDatabase, now: () => Date = () => new Date()) {
    this.path = path;
    this.#scratch = scratch;
    this.#now = now;
  }

  /** All runs in the file, in the order that they were started. */
  runs(): SyncRun[] {
    return listRuns(this.#scratch.db);
  }

  latestFinishedFullRun(): SyncRun | undefined {
    return latestFinishedFullRun(this.#scratch.db);
  }

  /** The run that a viewer shows, see {@link runToView}. */
  runToView(): SyncRun | undefined {
    return runToView(this.#scratch.db, this.#now());
  }

  /** The rows of a run; without one, of all runs. */
  records(syncId: string | undefined): RecordReader {
    return new RecordReader(this.#scratch.db, syncId);
  }

  /** Closes the file without writing it, and removes all temporary files. May be called again. */
  async close(): Promise<void> {
    await removeScratchDatabase(this.#scratch);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
