// Opens a .c1z file to look at its syncs.
import { stat } from 'node:fs/promises';
import { type C1zReader, readC1z } from '../c1z/c1z-reader.ts';
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
  return await open(await readC1z(path, options));
}

/**
 * Opens two files so that their syncs can be compared: one connection reads both.
 * @throws {C1zError} as {@link openSyncs} does
 */
export async function openTwo(
  beforePath: string,
  afterPath: string,
  options: OpenC1zOptions = {},
): Promise<{ readonly before: OpenSyncs; readonly after: OpenSyncs } & AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const before = stack.use(await readC1z(beforePath, options));
  const after = stack.use(await readC1z(afterPath, options));
  const opened = { before: await open(before, { db: after.database, schema: 'before' }), after: await open(after) };
  after.database.prepare('attach database ? as before').run(before.handOver());
  const owned = stack.move();
  return { ...opened, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function open(reader: C1zReader, connection = { db: reader.database, schema: 'main' }): Promise<OpenSyncs> {
  const runs = reader.runs();
  const { size } = await stat(reader.path);
  return {
    path: reader.path,
    fileBytes: size,
    runs,
    // Others look at full syncs alone; a file without one is still worth looking at.
    shown: reader.runToView() ?? runs.findLast(({ endedAt }) => endedAt !== undefined) ?? runs.at(-1),
    view: (run) => new SyncView(connection.db, run, connection.schema),
    [Symbol.asyncDispose]: () => reader.close(),
  };
}
