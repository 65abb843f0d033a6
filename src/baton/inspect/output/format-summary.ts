// The summary of a file as text.
import type { SyncRun } from '../../c1z/tables/sync-runs.ts';
import { formatBytes, formatCount, formatDuration } from '../../log/format-numbers.ts';
import { escapeControls } from '../../net/escape-controls.ts';
import type { OpenSyncs } from '../open-syncs.ts';
import { type SyncContents, statsOf } from '../summarize-file.ts';
import type { SyncView } from '../sync-view.ts';
import { formatTable } from './format-table.ts';
import type { Style } from './style.ts';

interface SummaryLayout {
  readonly style: Style;
  readonly columns: number | undefined;
  readonly now: Date;
}

/** Its lines. @param contents - Of the sync that is shown. */
export function* formatFileSummary(
  file: OpenSyncs,
  view: SyncView,
  { types, dangling }: SyncContents,
  { style, columns, now }: SummaryLayout,
): Generator<string> {
  yield `${escapeControls(file.path)}: ${formatBytes(file.fileBytes)}, ${formatCount(file.runs.length)} sync${file.runs.length === 1 ? '' : 's'}`;
  yield '';
  for (const run of file.runs) {
    const { resources, entitlements, grants } = statsOf({ db: view.db, schema: view.schema, run });
    const isShown = run.syncId === view.run.syncId;
    yield style.head(`${isShown ? '*' : ' '} ${run.syncId}  ${run.type}, ${describeTime(run, now)}`);
    yield `  ${formatCount(resources)} resources, ${formatCount(entitlements)} entitlements, ${formatCount(grants)} grants`;
  }
  yield '';
  const rows = types.map(({ type, resources, statuses, entitlements, grants }) => [
    type.name,
    resources,
    describeCounts(statuses),
    entitlements,
    describeCounts(grants),
  ]);
  yield* formatTable(
    { titles: ['TYPE', 'COUNT', 'STATUS', 'ENTITLEMENTS', 'GRANTS'], textRows: () => Iterator.from(rows) },
    { style, columns },
  );
  if (dangling.length > 0) yield '';
  for (const { kind, count, missingIds, missingCount } of dangling) {
    const others = missingCount > 3 ? ', …' : '';
    yield escapeControls(`Not shown: ${kind}: ${formatCount(count)} (${missingIds.slice(0, 3).join(', ')}${others})`);
  }
}

function describeTime({ startedAt, endedAt }: SyncRun, now: Date): string {
  const started = startedAt.toISOString().slice(0, 16).replace('T', ' ');
  const end = endedAt ? `took ${formatDuration(endedAt.getTime() - startedAt.getTime())}` : 'not finished';
  return `${started} UTC, ${describeAge(now.getTime() - (endedAt ?? startedAt).getTime())} ago, ${end}`;
}

/** `5 minutes`, `3 days`. */
function describeAge(ms: number): string {
  const units = [
    ['day', 86_400_000],
    ['hour', 3_600_000],
    ['minute', 60_000],
  ] as const;
  for (const [unit, unitMs] of units) {
    const count = Math.floor(ms / unitMs);
    if (count > 0) return `${count} ${unit}${count === 1 ? '' : 's'}`;
  }
  return 'less than a minute';
}

function describeCounts(counts: ReadonlyMap<string, number>): string {
  return Array.from(counts, ([kind, count]) => `${formatCount(count)} ${kind}`).join(', ');
}
