// Syncs into a .c1z file: afterwards the file holds the complete sync, or is unchanged.
import { openC1z } from '../c1z/c1z-file.ts';
import type { SavedC1z } from '../c1z/file/pack-c1z.ts';
import type { DanglingReferences } from '../c1z/tables/dangling-references.ts';
import type { SyncType } from '../c1z/tables/sync-runs.ts';
import type { SyncStats } from '../c1z/tables/sync-stats.ts';
import { runFullSync } from './full-sync.ts';
import { limitHeapGrowth } from './limit-heap-growth.ts';
import type { FullSyncOptions, GrantCounts } from './sync-context.ts';

export interface SyncToFileOptions extends Omit<FullSyncOptions, 'store'> {
  /** Path of the file. The sync is added to an existing file. */
  readonly path: string;
  /** Where the unpacked database lies during the sync. Default: the system's folder for temporary files. */
  readonly temporaryFolder: string | undefined;
  /** How many full syncs to keep in the file, including this one; undefined keeps all. */
  readonly keptFullSyncs: number | undefined;
  /** Whether the grants of a new file bypass SQLite, see {@link readBulkLoad}. Default: true. */
  readonly bulkLoad?: boolean | undefined;
}

/** `BATON_BULK_LOAD=false` lets SQLite write all grants: slower, for the case that a file turns out to be damaged. */
export function readBulkLoad(env: NodeJS.ProcessEnv): boolean {
  return env.BATON_BULK_LOAD !== 'false';
}

export interface SyncedFile {
  readonly syncId: string;
  readonly type: SyncType;
  readonly stats: SyncStats;
  /** The grants of the run in the file. */
  readonly grants: GrantCounts;
  readonly saved: SavedC1z;
  /** Ids of older runs that were deleted from the file. */
  readonly prunedSyncIds: readonly string[];
}

/**
 * Runs a sync and saves it. If anything fails, or the signal aborts, the file stays byte for byte as it was.
 * @throws What {@link runFullSync} throws; C1zError if the file cannot be read or written.
 */
export async function syncToFile(options: SyncToFileOptions): Promise<SyncedFile> {
  const { signal, observer } = options;
  using _ = limitHeapGrowth();
  const { temporaryFolder, bulkLoad } = options;
  await using file = await openC1z(options.path, { temporaryFolder, bulkLoad, signal });
  const type = options.targets ? 'partial' : options.skipEntitlementsAndGrants ? 'resources_only' : 'full';
  const parentSyncId = type === 'partial' ? file.latestFinishedFullRun()?.syncId : undefined;
  const store = file.startSync({ type, parentSyncId });
  const { grants: listed, syncToken } = await runFullSync({ ...options, store });
  observer.phaseStarted('file');
  const prunedSyncIds = options.keptFullSyncs === undefined ? [] : store.prune(options.keptFullSyncs);
  const stats = await store.end({
    syncToken,
    supportsDiff: type === 'full' && !options.isEmpty,
    signal,
  });
  // A part of the data refers to the rest.
  if (type === 'full') for (const dangling of store.findDangling()) observer.warn(describeDangling(dangling));
  // Only if a grant was listed twice is it worth counting them again.
  const isListedOnce = listed.values().reduce((sum, count) => sum + count, 0) === stats.grants;
  const grants = isListedOnce ? listed : store.countGrants();
  const saved = await file.save({ signal });
  observer.phaseEnded('file');
  return { syncId: store.syncId, type, stats, grants, saved, prunedSyncIds };
}

function describeDangling({ count, kind, missingIds, missingCount }: DanglingReferences): string {
  const others = missingCount - missingIds.length;
  return `${count} ${kind}: ${missingIds.join(', ')}${others > 0 ? `, and ${others} more` : ''}`;
}
