// The summary of a sync, as JSON for scripts (`--output json`) and as text.
import type { ConnectorStatistics } from '../author/connector.ts';
import { countsRecord } from '../inspect/records.ts';
import { formatBytes, formatCount, formatDuration } from '../log/format-numbers.ts';
import { escapeControls } from '../net/escape-controls.ts';
import { quoteForShell } from '../net/quote-for-shell.ts';
import type { SyncChanges } from './compare-former.ts';
import type { SyncPhase } from './sync-observer.ts';
import type { PhaseTally, SyncTally } from './sync-tally.ts';
import type { SyncedFile } from './sync-to-file.ts';

/** Printed as JSON, so scripts rely on its keys. Durations are in milliseconds, sizes in bytes. */
export interface SyncSummary {
  readonly sync_id: string;
  readonly sync_type: string;
  readonly file: string;
  readonly file_bytes: number;
  readonly duration_ms: number;
  /** By resource type. */
  readonly resources: Readonly<Record<string, number>>;
  readonly entitlements: Readonly<Record<string, number>>;
  /** By resource type and entitlement: `course completed`. */
  readonly grants: Readonly<Record<string, number>>;
  /** What the application returned and the sync skipped, by reason. */
  readonly left_out: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
  readonly requests: Readonly<Record<string, number>>;
  readonly retries: number;
  readonly received_bytes: number;
  readonly phases_ms: Readonly<Partial<Record<SyncPhase, number>>>;
  readonly pruned_sync_ids: readonly string[];
  /** Since the sync before; null if there is none. Absent if the sync was not compared. */
  readonly changes?: Readonly<Record<string, unknown>> | null;
}

/**
 * @param statistics - The connector's; absent if it keeps none.
 * @param durationMs - Of the whole command.
 * @param isCompared - Whether the sync was compared with the one before.
 */
export function summarizeSync(
  { syncId, type, stats, grants, saved, prunedSyncIds, changes }: SyncedFile,
  tally: SyncTally,
  statistics: ConnectorStatistics | undefined,
  durationMs: number,
  isCompared = false,
): SyncSummary {
  return {
    sync_id: syncId,
    sync_type: type,
    file: saved.path,
    file_bytes: saved.fileBytes,
    duration_ms: Math.round(durationMs),
    resources: Object.fromEntries(stats.resourcesByType),
    entitlements: Object.fromEntries(stats.entitlementsByType),
    // Sorted by name: the order in which grants come says nothing.
    grants: Object.fromEntries([...grants].sort(([a], [b]) => (a < b ? -1 : 1))),
    left_out: Object.fromEntries(tally.skippedCounts),
    warnings: tally.warnings,
    requests: Object.fromEntries(Object.entries(statistics?.requests ?? {}).filter(([, count]) => count > 0)),
    retries: statistics?.retries ?? 0,
    received_bytes: statistics?.receivedBytes ?? 0,
    phases_ms: Object.fromEntries(
      [...tally.phases].map(([phase, { durationMs: phaseMs = 0 }]: [SyncPhase, PhaseTally]) => [
        phase,
        Math.round(phaseMs),
      ]),
    ),
    pruned_sync_ids: prunedSyncIds,
    ...(isCompared && {
      changes: changes ? { since: changes.since.toISOString(), ...countsRecord(changes.counts) } : null,
    }),
  };
}

/** The summary as lines of text. */
export function formatSummary(summary: SyncSummary, changes?: SyncChanges): string {
  const lines = [
    `Synced in ${formatDuration(summary.duration_ms)} to ${summary.file} (${formatBytes(summary.file_bytes)}, sync ${summary.sync_id})`,
    ...section('Resources', summary.resources),
    ...section('Entitlements', summary.entitlements),
    ...section('Grants', summary.grants),
    ...(changes ? changeSection(changes, summary.file) : []),
    ...section('Skipped', summary.left_out),
    ...section('Requests', {
      ...summary.requests,
      ...(summary.retries > 0 && { 'of which retries': summary.retries }),
    }),
    ...(summary.received_bytes > 0 ? [`  ${formatBytes(summary.received_bytes)} received`] : []),
    ...summary.warnings.map((warning) => `Warning: ${warning}`),
  ];
  return `${lines.map(escapeControls).join('\n')}\n`;
}

function changeSection({ since, lines, counts }: SyncChanges, file: string): readonly string[] {
  return [
    `Changes since the sync of ${since.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    ...lines.map((line) => `  ${line}`),
    ...(counts.isEmpty ? [] : [`  Each of them: inspect ${quoteForShell(file)} diff`]),
  ];
}

function section(title: string, counts: Readonly<Record<string, number>>): string[] {
  const entries = Object.entries(counts);
  if (entries.length === 0) {
    return [];
  }
  const width = Math.max(...entries.map(([, count]) => formatCount(count).length));
  return [title, ...entries.map(([kind, count]) => `  ${formatCount(count).padStart(width)} ${kind}`)];
}
