// A sync into a .c1z file: all of it is in the file afterwards, or the file is what it was.

import { openC1z } from '../c1z/c1z-file.ts';
import type { SavedC1z } from '../c1z/file/pack-c1z.ts';
import type { SyncType } from '../c1z/tables/sync-runs.ts';
import type { SyncStats } from '../c1z/tables/sync-stats.ts';
import { type FullSyncOptions, runFullSync } from './full-sync.ts';
import { limitHeapGrowth } from './limit-heap-growth.ts';

export interface SyncToFileOptions extends Omit<FullSyncOptions, 'store'> {
  /** Path of the file. An existing one gets the sync added. */
  readonly path: string;
  /** Where the unpacked database lies meanwhile; the system's folder for temporary files when it is not given. */
  readonly temporaryFolder: string | undefined;
  /** Full syncs to keep in the file, this one included; nothing to keep all. */
  readonly keptFullSyncs: number | undefined;
}

export interface SyncedFile {
  readonly syncId: string;
  readonly type: SyncType;
  readonly stats: SyncStats;
  readonly saved: SavedC1z;
  /** Ids of older runs that were removed from the file. */
  readonly prunedSyncIds: readonly string[];
}

/**
 * Runs a sync and saves it. When anything fails, or the signal aborts, the file stays byte for byte what it was.
 * @throws what {@link runFullSync} throws; C1zError when the file cannot be read or written.
 */
export async function syncToFile(options: SyncToFileOptions): Promise<SyncedFile> {
  const { signal, observer } = options;
  using _ = limitHeapGrowth();
  await using file = await openC1z(options.path, { temporaryFolder: options.temporaryFolder, signal });
  const type = options.targets ? 'partial' : options.skipEntitlementsAndGrants ? 'resources_only' : 'full';
  const parentSyncId = type === 'partial' ? file.latestFinishedFullRun()?.syncId : undefined;
  const store = file.startSync({ type, parentSyncId });
  await runFullSync({ ...options, store });
  observer.phaseStarted('file');
  const prunedSyncIds = options.keptFullSyncs === undefined ? [] : store.prune(options.keptFullSyncs);
  const stats = await store.end({
    syncToken: finishedSyncToken(stepsOfFullSync),
    supportsDiff: type === 'full',
    signal,
  });
  const saved = await file.save({ signal });
  observer.phaseEnded('file');
  return { syncId: store.syncId, type, stats, saved, prunedSyncIds };
}

/** init, resource types, resources, static entitlements, entitlements, grants, grant expansion. */
const stepsOfFullSync = 7;

/** The checkpoint of a finished run, as the Go syncer writes it: every action is done, and there is nothing to resume. */
function finishedSyncToken(actions: number): string {
  return JSON.stringify({ current_action_id: actions, completed_actions_count: actions, version: 1 });
}
