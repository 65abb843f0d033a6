// The table of sync runs: starts, ends and finds them.
import type { DatabaseSync } from 'node:sqlite';
import { readDatabase } from '../file/storage-error.ts';
import { createSyncId } from './sync-id.ts';
import { type SyncStats, statsFromJson, statsToJson } from './sync-stats.ts';
import { formatTimestamp, parseTimestamp } from './timestamp.ts';

/** The kinds of sync that can be started. Files may hold more: `partial_upserts` and `partial_deletions` of a diff. */
export type SyncType = 'full' | 'partial' | 'resources_only';

/** A row of `v1_sync_runs`. */
export interface SyncRun {
  readonly syncId: string;
  /** A {@link SyncType}, or one that only other programs write. */
  readonly type: string;
  readonly startedAt: Date;
  /** Absent while the run is open, and for good if it failed. */
  readonly endedAt: Date | undefined;
  /** The checkpoint: JSON, or empty. */
  readonly syncToken: string;
  /** The full run that a partial run extends, or empty. */
  readonly parentSyncId: string;
  /** The other half of a diff, or empty. */
  readonly linkedSyncId: string;
  readonly supportsDiff: boolean;
  readonly stats: SyncStats | undefined;
}

export interface StartSyncOptions {
  readonly type: SyncType;
  /** The finished full run that a `partial` run extends. Other types have none. */
  readonly parentSyncId?: string | undefined;
}

/** An unfinished run to continue. */
export interface ContinueSyncOptions {
  readonly continues: SyncRun;
  /** Its notes, if its database no longer has them. */
  readonly notes: string;
}

/** What is stored when a run ends. */
interface RunEnd {
  readonly endedAt: Date;
  readonly syncToken: string;
  readonly supportsDiff: boolean;
  readonly stats: SyncStats;
}

/** An unfinished run older than this is abandoned, as in the Go SDK (pkg/dotc1z/sync_runs.go of v0.25.0). */
export const unfinishedMaxAgeMs = 7 * 24 * 60 * 60 * 1000;

/** Starts a run. Its grants need no later migration (`grants_backfilled`). */
export function insertRun(
  db: DatabaseSync,
  { type, parentSyncId = '' }: StartSyncOptions,
  startedAt: Date,
): Pick<SyncRun, 'syncId' | 'type'> {
  if (parentSyncId && type !== 'partial') throw new Error(`a ${type} sync has no parent sync; only a partial one has`);
  const syncId = createSyncId(startedAt);
  db.prepare(
    `insert into v1_sync_runs (sync_id, started_at, sync_token, sync_type, parent_sync_id, grants_backfilled)
     values (?, ?, '', ?, ?, 1)`,
  ).run(syncId, formatTimestamp(startedAt), type, parentSyncId);
  return { syncId, type };
}

/** Writes the checkpoint of an open run. */
export function updateSyncToken(db: DatabaseSync, syncId: string, syncToken: string): void {
  db.prepare('update v1_sync_runs set sync_token = ? where sync_id = ?').run(syncToken, syncId);
}

/** Takes back that a run has finished, if it has. */
export function reopenRun(db: DatabaseSync, syncId: string): void {
  db.prepare('update v1_sync_runs set ended_at = null, supports_diff = 0, stats = null where sync_id = ?').run(syncId);
}

/** Marks a run as finished. */
export function finishRun(db: DatabaseSync, syncId: string, end: RunEnd): void {
  db.prepare(
    'update v1_sync_runs set ended_at = ?, sync_token = ?, supports_diff = ?, stats = ? where sync_id = ?',
  ).run(formatTimestamp(end.endedAt), end.syncToken, end.supportsDiff ? 1 : 0, statsToJson(end.stats), syncId);
}

/** All runs in the order in which they started. */
export function listRuns(db: DatabaseSync): SyncRun[] {
  return selectRuns(db, 'order by id');
}

/** The full run that ended last. */
export function latestFinishedFullRun(db: DatabaseSync): SyncRun | undefined {
  return selectRuns(
    db,
    `where ended_at is not null and sync_type = 'full' order by ended_at desc, sync_id desc limit 1`,
  )[0];
}

/**
 * The run that a viewer shows, chosen as the Go SDK and the `baton` program choose it: the full run that ended last,
 * or else the unfinished run that started last, if it is less than a week old. If there is neither, viewers show the
 * rows of all runs.
 */
export function runToView(db: DatabaseSync, now: Date): SyncRun | undefined {
  const oldest = formatTimestamp(new Date(now.getTime() - unfinishedMaxAgeMs));
  return (
    latestFinishedFullRun(db) ??
    selectRuns(db, 'where ended_at is null and started_at >= ? order by started_at desc limit 1', oldest)[0]
  );
}

function selectRuns(db: DatabaseSync, condition: string, ...parameters: string[]): SyncRun[] {
  const sql = `select sync_id, sync_type, started_at, ended_at, sync_token, parent_sync_id, linked_sync_id,
    supports_diff, stats from v1_sync_runs ${condition}`;
  return readDatabase(() => db.prepare(sql).all(...parameters)).map((row) => ({
    syncId: String(row.sync_id),
    type: String(row.sync_type),
    startedAt: parseTimestamp(String(row.started_at)),
    endedAt: row.ended_at === null ? undefined : parseTimestamp(String(row.ended_at)),
    syncToken: String(row.sync_token),
    parentSyncId: String(row.parent_sync_id),
    linkedSyncId: String(row.linked_sync_id),
    supportsDiff: row.supports_diff === 1,
    stats: statsFromJson(row.stats as string | null),
  }));
}
