// Decides which sync runs a .c1z file keeps, and deletes the others.
import type { DatabaseSync } from 'node:sqlite';
import { tablesOfRun } from './schema.ts';
import type { SyncRun } from './sync-runs.ts';

/** How many full runs a file keeps by default, including the one being written. */
export const keptFullRunsDefault = 2;

/**
 * Chooses the runs to delete, by the rules of the Go SDK (pkg/dotc1z/c1zstore/cleanup_policy.go, v0.25.0):
 *
 * - Unfinished runs and the one being written are never chosen.
 * - The oldest full runs beyond `keepFullRuns` are chosen. The run being written counts as one, whatever its type.
 * - If a full run is chosen, so are the `partial` and `resources_only` runs that ended before a certain full run started:
 *   the newest chosen one while a run is being written, else the oldest kept one.
 * - Of more than two diff runs, all but the last one and the run linked to it are chosen.
 *
 * @param runs - In the order in which they started.
 * @param keepFullRuns - At least 1.
 * @throws RangeError if it is less, or not an integer.
 */
export function selectRunsToDelete(
  runs: readonly SyncRun[],
  current: string | undefined,
  keepFullRuns: number,
): string[] {
  if (!Number.isSafeInteger(keepFullRuns) || keepFullRuns < 1) {
    throw new RangeError(`a .c1z file keeps 1 or more full syncs, not ${keepFullRuns}`);
  }
  const finished = runs.filter((run) => run.endedAt !== undefined && run.syncId !== current);
  const isPartial = (run: SyncRun) => run.type === 'partial' || run.type === 'resources_only';
  const isDiff = (run: SyncRun) => run.type === 'partial_upserts' || run.type === 'partial_deletions';

  const fullRuns = finished.filter((run) => !isPartial(run) && !isDiff(run));
  const overflow = Math.max(0, fullRuns.length - (keepFullRuns - (current === undefined ? 0 : 1)));
  const chosen = fullRuns.slice(0, overflow);
  if (overflow > 0) {
    const cutoff = fullRuns[current === undefined ? overflow : overflow - 1];
    if (cutoff) chosen.push(...finished.filter((run) => isPartial(run) && endedBefore(run, cutoff.startedAt)));
  }

  const diffs = finished.filter(isDiff);
  const latestDiff = diffs.at(-1);
  if (latestDiff && diffs.length > 2) {
    chosen.push(...diffs.filter((run) => run !== latestDiff && run.syncId !== latestDiff.linkedSyncId));
  }
  return chosen.map((run) => run.syncId);
}

function endedBefore(run: SyncRun, time: Date): boolean {
  return run.endedAt !== undefined && run.endedAt < time;
}

/** Deletes a run and its rows. */
export function deleteRun(db: DatabaseSync, syncId: string): void {
  for (const table of [...tablesOfRun, 'v1_sync_runs']) {
    db.prepare(`delete from ${table} where sync_id = ?`).run(syncId);
  }
}
