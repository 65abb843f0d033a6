// Opens a .c1z file to look at its syncs.
import { stat } from 'node:fs/promises';
import { readC1z } from '../c1z/c1z-reader.ts';
import type { OpenC1zOptions } from '../c1z/file/scratch-database.ts';
import type { SyncRun } from '../c1z/tables/sync-runs.ts';
import { SyncView } from './sync-view.ts';

/** A .c1z file that is open for queries. The caller must close it, or bind it with `await using`. */
export interface OpenSyncs extends AsyncDisposable {
  readonly path: string;
  /** Size of the file, compressed. */
  readonly fileBytes: number;
  /** All syncs, in the order in which they started. */
  readonly runs: readonly SyncRun[];
  /** The sync that is shown unless another one is named; undefined if there is none. */
  readonly shown: SyncRun | undefined;
  /** The rows of a sync. */
  view(run: SyncRun): SyncView;
}

/**
 * Unpacks a file into a temporary folder, which is removed at the end, also by the next program if this one is killed.
 * @throws {C1zError} with any of its reasons; `unusable_path` if there is no file
 */
export async function openSyncs(path: string, options: OpenC1zOptions = {}): Promise<OpenSyncs> {
  const reader = await readC1z(path, options);
  const runs = reader.runs();
  const { size } = await stat(reader.path);
  return {
    path: reader.path,
    fileBytes: size,
    runs,
    // Others look at full syncs alone; a file without one is still worth looking at.
    shown: reader.runToView() ?? runs.findLast(({ endedAt }) => endedAt !== undefined) ?? runs.at(-1),
    view: (run) => new SyncView(reader.database, run),
    [Symbol.asyncDispose]: () => reader.close(),
  };
}
