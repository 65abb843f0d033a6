// Compares a sync with the one before it: for the summary, and as a guard against a source that answers half. The event
// loop turns in between, so that heartbeats, probes and other tasks need not wait.
import { Code, ServiceError } from '../author/service-error.ts';
import type { C1zFile } from '../c1z/c1z-file.ts';
import type { OpenC1zOptions } from '../c1z/file/scratch-database.ts';
import type { SyncRun } from '../c1z/tables/sync-runs.ts';
import { type ChangeCounts, SyncComparison } from '../inspect/compare-syncs.ts';
import { describeChangeCounts } from '../inspect/describe-changes.ts';
import { openTwo } from '../inspect/open-syncs.ts';
import { runSteps } from '../inspect/run-steps.ts';
import { SyncView } from '../inspect/sync-view.ts';

/** What a sync is compared for. */
export interface CompareOptions {
  /** The largest share of the former grants, from 0 to 1, that a sync may remove. Undefined: any. */
  readonly maxRemovedShare: number | undefined;
}

/** What changed since the former sync. */
export interface SyncChanges {
  /** When the former sync started. */
  readonly since: Date;
  readonly counts: ChangeCounts;
  /** A line for each kind of change. */
  readonly lines: readonly string[];
}

/**
 * Counts what changed between two full syncs of a file that is open for writing. The later one has ended.
 * @param typeIds - The resource types that it was limited to: what the former one has of others was not lost. Empty: all.
 * @throws the signal's reason
 */
export async function countChanges(
  file: C1zFile,
  former: SyncRun,
  laterSyncId: string,
  typeIds: readonly string[],
  signal: AbortSignal,
): Promise<SyncChanges> {
  const later = file.runs().find(({ syncId }) => syncId === laterSyncId);
  // Compared with itself, the former sync would have lost nothing.
  if (!later) throw new Error(`sync ${laterSyncId} is not in ${file.path}`);
  const types = typeIds.length > 0 ? new Set(typeIds) : undefined;
  return await compare(new SyncView(file.database, former), new SyncView(file.database, later), signal, types);
}

/**
 * Counts what changed between the syncs of two files.
 * @returns Undefined if one of them has no sync.
 * @throws {C1zError} or the signal's reason
 */
export async function countChangesOfFiles(
  formerPath: string,
  laterPath: string,
  options: OpenC1zOptions,
): Promise<SyncChanges | undefined> {
  await using files = await openTwo(formerPath, laterPath, options);
  const { before, after } = files;
  if (!before.shown || !after.shown) return undefined;
  return await compare(before.view(before.shown), after.view(after.shown), options.signal);
}

async function compare(
  before: SyncView,
  after: SyncView,
  signal: AbortSignal | undefined,
  types?: ReadonlySet<string>,
): Promise<SyncChanges> {
  using comparison = new SyncComparison(before, after);
  const counts = await runSteps(comparison.countInSteps(types), signal);
  const userTypes = [...before.userTypes, ...after.userTypes].map(({ id }) => id);
  return { since: before.run.startedAt, counts, lines: describeChangeCounts(counts, userTypes) };
}

/**
 * @throws ServiceError FAILED_PRECONDITION `too_many_removed` if a sync removes more than a share of the former grants.
 */
export function checkRemoved({ counts }: SyncChanges, maxShare = 1): void {
  const { revoked, grantsBefore } = counts;
  if (revoked <= maxShare * grantsBefore) return;
  const percent = (share: number) => `${Math.round(share * 1000) / 10}%`;
  throw new ServiceError(
    Code.FailedPrecondition,
    `the sync would remove ${revoked} of ${grantsBefore} grants (${percent(revoked / grantsBefore)}), more than --max-removed ${percent(maxShare)} allows, so it is discarded. Does the application return all of its data? If they are really gone, sync once without --max-removed`,
    { reason: 'too_many_removed' },
  );
}
