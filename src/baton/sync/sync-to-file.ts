// Syncs into a .c1z file: afterwards the file holds the complete sync, or is unchanged.
import { createHash } from 'node:crypto';
import { ConnectError } from '@connectrpc/connect';
import { Code, ServiceError } from '../author/service-error.ts';
import { type C1zFile, openC1z } from '../c1z/c1z-file.ts';
import { C1zError } from '../c1z/file/c1z-error.ts';
import { describeHolder } from '../c1z/file/lock-target.ts';
import type { SavedC1z } from '../c1z/file/pack-c1z.ts';
import type { SyncWriter } from '../c1z/sync-writer.ts';
import type { DanglingReferences } from '../c1z/tables/dangling-references.ts';
import type { SyncType } from '../c1z/tables/sync-runs.ts';
import type { SyncStats } from '../c1z/tables/sync-stats.ts';
import type { ExternalResourceSettings } from '../config/fields/sync.ts';
import { readSwitch } from '../config/parse-switch.ts';
import { inSpan } from '../instruments/telemetry.ts';
import { type CompareOptions, checkRemoved, countChanges, type SyncChanges } from './compare-former.ts';
import { continueRun } from './continue-run.ts';
import { openExternalResources } from './external/external-resources.ts';
import { runFullSync } from './full-sync.ts';
import { limitHeapGrowth } from './limit-heap-growth.ts';
import { toCheckpointToken } from './plan/checkpoint-token.ts';
import { SyncState } from './plan/sync-state.ts';
import { RunNotes } from './run-notes.ts';
import type { FullSyncOptions, GrantCounts } from './sync-context.ts';
import type { SyncPhase } from './sync-observer.ts';
import { nameRun, observeSync } from './sync-telemetry.ts';

export interface SyncToFileOptions
  extends Omit<FullSyncOptions, 'store' | 'state' | 'notes' | 'external' | 'checksTypes'> {
  /** Another file, whose resources are copied and to which grants are tied. */
  readonly externalResources?: ExternalResourceSettings | undefined;
  /** Path of the file. The sync is added to an existing file. */
  readonly path: string;
  /** Where the unpacked database lies during the sync. Default: the system's folder for temporary files. */
  readonly temporaryFolder: string | undefined;
  /** How many full syncs to keep in the file, including this one; undefined keeps all. */
  readonly keptFullSyncs: number | undefined;
  /** Whether the grants of a new file bypass SQLite, see {@link readBulkLoad}. Default: true. */
  readonly bulkLoad?: boolean | undefined;
  /** Maximum size of the database in the file, and in that of external resources. Default: 10 GiB. */
  readonly maxDatabaseBytes?: number | undefined;
  /** Absent: the sync is not compared with the one before. */
  readonly compare?: CompareOptions | undefined;
  /** Whether to wait while another sync writes the file. Default: false, which makes that an error. */
  readonly waitsForLock?: boolean | undefined;
  /** Absent: a sync that fails, or whose process is killed, is not continued. */
  readonly resume?: ResumeOptions | undefined;
}

/** How a sync that does not come to its end is continued by the next one. */
export interface ResumeOptions {
  /** What must be the same, besides the options of the sync: the connector, its version and its settings. */
  readonly identity: string;
  /** False: starts over. */
  readonly mayContinue: boolean;
  /** Called when the sync failed, and the next one can continue it. */
  readonly onKept: () => void;
}

/** `BATON_BULK_LOAD=false` lets SQLite write all grants: slower, for the case that a file turns out to be damaged. */
export function readBulkLoad(env: NodeJS.ProcessEnv): boolean {
  return readSwitch(env.BATON_BULK_LOAD, true);
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
  /** What changed since the sync before, if that was asked for and there is one. */
  readonly changes?: SyncChanges | undefined;
}

/**
 * Runs a sync and saves it, or continues one. If anything fails, or the signal aborts, the file stays byte for byte as it
 * was. A sync that continues another one, and fails where that one did, starts over instead, at the second time at the latest.
 * @throws What {@link runFullSync} throws; C1zError if the file cannot be read or written.
 */
export async function syncToFile(options: SyncToFileOptions): Promise<SyncedFile> {
  return await observeSync(options, (observer) => syncObserved({ ...options, observer }));
}

async function syncObserved(options: SyncToFileOptions): Promise<SyncedFile> {
  using _ = limitHeapGrowth();
  const { externalResources, temporaryFolder, maxDatabaseBytes } = options;
  await using external =
    externalResources && (await openExternalResources(externalResources, { temporaryFolder, maxDatabaseBytes }));
  try {
    return await syncOnce({ ...options, external }, options.resume?.mayContinue ?? false);
  } catch (error) {
    if (!(error instanceof CannotContinue)) throw error;
    options.logger.warn({ error: error.cause }, 'cannot continue the unfinished sync; starting over');
    options.observer.startedOver();
    return await syncOnce({ ...options, external }, false);
  }
}

/** A run that was continued and failed at the same place for the second time starts over, whatever the failure was. */
const failuresHereMax = 2;

/** The failure of a sync that was continued, and would fail again. */
class CannotContinue extends Error {}

type OpenedOptions = SyncToFileOptions & Pick<FullSyncOptions, 'external'>;

async function syncOnce(options: OpenedOptions, mayContinue: boolean): Promise<SyncedFile> {
  const { resume, logger } = options;
  await using file = await openFile(options, mayContinue);
  const { store, state, continues, isFromOthers } = startRun(file, options, mayContinue);
  nameRun(store);
  const notes = RunNotes.parse(store.notes);
  let isValid = false;
  const noting = notes.observe(options.observer);
  const observer = {
    ...noting,
    phaseEnded: (phase: SyncPhase) => {
      isValid ||= phase === 'validate';
      noting.phaseEnded(phase);
    },
  };
  const stateBefore = toCheckpointToken(state);
  try {
    return await runAndSave(file, { ...options, observer, store, state, notes, checksTypes: isFromOthers }, continues);
  } catch (error) {
    const isSpoilt = error instanceof C1zError && !passingReasons.includes(error.reason);
    // To continue would not change what the sync has found.
    if (isSpoilt || (error instanceof ServiceError && error.reason === 'too_many_removed')) {
      file.abandon();
      throw error;
    }
    const isStuck = continues && isValid && !options.signal.aborted && toCheckpointToken(state) === stateBefore;
    notes.failuresHere = isStuck ? notes.failuresHere + 1 : 0;
    if (isStuck && (wouldFailAgain(error) || notes.failuresHere >= failuresHereMax)) {
      file.abandon();
      throw new CannotContinue('the sync cannot be continued', { cause: error });
    }
    store.checkpointAfterFailure(toCheckpointToken(state), notes.toJson());
    if (resume && file.isKept) {
      logger.info({ sync_id: store.syncId }, 'kept the unfinished sync for the next run');
      resume.onKept();
    }
    throw error;
  }
}

async function openFile(options: SyncToFileOptions, mayContinue: boolean): Promise<C1zFile> {
  const { path, temporaryFolder, bulkLoad, maxDatabaseBytes, signal, logger, resume } = options;
  return await openC1z(path, {
    temporaryFolder,
    bulkLoad,
    maxDatabaseBytes,
    signal,
    onWarning: (message) => logger.warn(message),
    ...(options.waitsForLock && {
      onWait: (holder) => logger.warn(`another sync writes ${path} (${describeHolder(holder)}); waiting for its end`),
      waits: options.waits,
    }),
    ...(resume &&
      !options.isEmpty && {
        keep: {
          fingerprint: fingerprintOf(options, resume),
          mayContinue,
          onRefused: (reason) => logger.info({ reason }, 'cannot continue the unfinished sync; starting over'),
        },
      }),
  });
}

/** Of everything that decides what a run writes. */
function fingerprintOf(options: SyncToFileOptions, { identity }: ResumeOptions): string {
  const { resourceTypeIds, skipEntitlementsAndGrants, skipGrants, skipExpandGrants, targets, expansion } = options;
  const parts = {
    identity,
    resourceTypeIds,
    skipEntitlementsAndGrants,
    skipGrants,
    skipExpandGrants,
    targets,
    expansion,
    externalResources: options.externalResources,
  };
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function startRun(
  file: C1zFile,
  options: SyncToFileOptions,
  mayContinue: boolean,
): { store: SyncWriter; state: SyncState; continues: boolean; isFromOthers: boolean } {
  const { targets, skipEntitlementsAndGrants, logger } = options;
  const type = targets ? 'partial' : skipEntitlementsAndGrants ? 'resources_only' : 'full';
  let continued: ReturnType<typeof continueRun>;
  try {
    if (mayContinue && !options.isEmpty) continued = continueRun(file, type, logger);
  } catch (cause) {
    file.abandon();
    throw new CannotContinue('the unfinished run cannot be read', { cause });
  }
  if (continued) return { ...continued, continues: true };
  const parentSyncId = type === 'partial' ? file.latestFinishedFullRun()?.syncId : undefined;
  const store = file.startSync({ type, parentSyncId });
  return { store, state: SyncState.start(), continues: false, isFromOthers: false };
}

async function runAndSave(
  file: C1zFile,
  options: SyncToFileOptions & FullSyncOptions,
  continues: boolean,
): Promise<SyncedFile> {
  const { signal, logger, observer, store, isEmpty, keptFullSyncs } = options;
  const { grants: listed, syncToken } = await runFullSync(options);
  observer.phaseStarted('file');
  const former = options.compare && isComparable(options) ? file.latestFinishedFullRun() : undefined;
  const prunedSyncIds = keptFullSyncs === undefined ? [] : store.prune(keptFullSyncs, former?.syncId);
  const stats = await store.end({ syncToken, supportsDiff: store.type === 'full' && !isEmpty, signal });
  // A part of the data refers to the rest.
  if (store.type === 'full') for (const dangling of store.findDangling()) observer.warn(describeDangling(dangling));
  // Only if a grant was listed twice, or by an earlier process, is it worth counting them again.
  const isListedOnce = !continues && listed.values().reduce((sum, count) => sum + count, 0) === stats.grants;
  const grants = isListedOnce ? listed : store.countGrants();
  const changes = former && (await countChanges(file, former, store.syncId, options.resourceTypeIds, signal));
  if (changes) checkRemoved(changes, options.compare?.maxRemovedShare);
  else if (options.compare?.maxRemovedShare !== undefined) {
    const reason = isComparable(options) ? `${file.path} has no earlier full sync` : 'it does not list all grants';
    logger.info({ reason }, 'the sync was not checked for --max-removed');
  }
  if (former && keptFullSyncs === 1) {
    file.deleteRun(former.syncId);
    prunedSyncIds.push(former.syncId);
  }
  const saved = await inSpan('C1File.saveC1z', {}, async (span) => {
    const result = await file.save({ signal });
    span.setAttributes({ input_bytes: result.databaseBytes, output_bytes: result.fileBytes });
    return result;
  });
  observer.phaseEnded('file');
  return { syncId: store.syncId, type: store.type, stats, grants, saved, prunedSyncIds, changes };
}

/** Whether a sync lists everything that the one before did. */
function isComparable({ store, isEmpty, skipGrants }: FullSyncOptions): boolean {
  return store.type === 'full' && !isEmpty && !skipGrants;
}

/** The codes of failures that pass, or that the operator can mend without a new sync. */
const passingCodes: readonly Code[] = [
  Code.Canceled,
  Code.Unavailable,
  Code.DeadlineExceeded,
  Code.ResourceExhausted,
  Code.Unauthenticated,
  Code.PermissionDenied,
];

/** Of files: what does not spoil the run. */
const passingReasons: readonly string[] = ['unusable_path', 'too_large'];

function wouldFailAgain(error: unknown): boolean {
  return error instanceof ConnectError && !passingCodes.includes(error.code as Code);
}

function describeDangling({ count, kind, missingIds, missingCount }: DanglingReferences): string {
  const others = missingCount - missingIds.length;
  return `${count} ${kind}: ${missingIds.join(', ')}${others > 0 ? `, and ${others} more` : ''}`;
}
