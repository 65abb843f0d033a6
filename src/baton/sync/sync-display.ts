// Shows the progress of a sync: a line for each phase on a terminal, log lines elsewhere.
import type { Logger } from 'pino';
import { type Progress, progressFields } from '../author/context.ts';
import type { Output } from '../author/host.ts';
import { formatBytes, formatCount, formatDuration, formatNumber } from '../log/format-numbers.ts';
import type { LiveDisplay } from '../log/live-display.ts';
import { LogSchedule } from '../log/log-schedule.ts';
import { escapeControls } from '../net/escape-controls.ts';
import { formatSpan } from '../net/format-span.ts';
import type { SyncPhase } from './sync-observer.ts';
import type { PhaseTally, SyncEvent, SyncTally, WorkTally } from './sync-tally.ts';

/** Called with the tally after each event. */
type SyncDisplay = (tally: SyncTally, event: SyncEvent) => void;

const marks = { 'phase ended': '✓', 'phase failed': '✗' } as const;

/**
 * The running phase is redrawn in place; one that has ended keeps its line.
 * @param terminal - Where lines stay: above those of `live`.
 */
export function createTerminalDisplay(terminal: Output, live: LiveDisplay): SyncDisplay {
  const print = (line: string) => void terminal.write(`${escapeControls(line)}\n`);
  return (tally, event) => {
    switch (event.kind) {
      case 'warning':
        return print(`! ${event.message}`);
      case 'phase started':
        return live.show(() => describePhase(tally, event.phase));
      case 'phase ended':
      case 'phase failed':
        live.show(undefined);
        return print(
          `${marks[event.kind]} ${describePhase(tally, event.phase)}${event.kind === 'phase failed' ? '  did not finish' : ''}`,
        );
      default:
        return live.changed();
    }
  };
}

/** One line at the end of each phase, for each warning, and now and then during long work. */
export function createLogDisplay(logger: Logger, now: () => number = () => performance.now()): SyncDisplay {
  let schedule = new LogSchedule(now());
  return (tally, event) => {
    switch (event.kind) {
      case 'warning':
        return logger.warn(event.message);
      case 'phase started':
        schedule = new LogSchedule(now());
        return;
      case 'phase ended':
        return logger.info(fieldsOf(tally, event.phase), `synced ${event.phase}`);
      case 'page written':
      case 'progress':
        if (!tally.running || !schedule.isDue(now())) return;
        logger.info({ ...fieldsOf(tally, tally.running), ...workFields(tally) }, `syncing ${tally.running}`);
    }
  };
}

function fieldsOf(tally: SyncTally, phase: SyncPhase): Record<string, unknown> {
  const { pages = 0, counts = [], durationMs } = tally.phases.get(phase) ?? {};
  return {
    ...(pages > 0 && { pages }),
    ...Object.fromEntries(Array.from(counts, ([kind, count]) => [kind.replaceAll(' ', '_'), count])),
    ...(durationMs !== undefined && { duration_ms: Math.round(durationMs) }),
  };
}

/** One work has its fields on the line itself; several are a list. */
function workFields({ works }: SyncTally): Record<string, unknown> {
  const fields = Array.from(works.values(), ({ progress, perSecond }) => ({
    ...progressFields(progress),
    ...(perSecond !== undefined && { per_second: Math.round(perSecond) }),
  }));
  return fields.length > 1 ? { works: fields } : { ...fields[0] };
}

function describePhase(tally: SyncTally, phase: SyncPhase): string {
  const found = tally.phases.get(phase);
  if (!found) return phase;
  const elapsed = formatDuration(tally.elapsedMs(found)).padStart(8);
  const works = Array.from(tally.works.values(), (work) => describeWork(work, tally.rateOf(work)));
  return [`${phase.padEnd(14)} ${elapsed}`, describeCounts(phase, found), ...works].filter(Boolean).join('  ');
}

function describeCounts(phase: SyncPhase, { counts, pages }: PhaseTally): string {
  if (counts.size === 0) return '';
  const pagesRead = `(${formatNumber(pages, 'page')})`;
  // The kinds of grants and entitlements are names such as `course completed`, which have no plural.
  if (phase === 'grants' || phase === 'entitlements' || phase === 'expansion') {
    const total = counts.values().reduce((sum, count) => sum + count, 0);
    const kinds = Array.from(counts, ([kind, count]) => `${formatCount(count)} ${kind}`);
    return `${formatNumber(total, phase === 'entitlements' ? 'entitlement' : 'grant')}: ${kinds.join(', ')} ${pagesRead}`;
  }
  return `${Array.from(counts, ([kind, count]) => formatNumber(count, kind)).join(', ')} ${pagesRead}`;
}

function describeWork({ progress }: WorkTally, perSecond: number | undefined): string {
  const { work, status, bytes, rows, rowsPerSecond } = progress;
  const amounts = [
    describeShare(progress),
    bytes && formatBytes(bytes),
    rows && formatNumber(rows, 'row'),
    rowsPerSecond && `${formatCount(Math.round(rowsPerSecond))} rows/s`,
    perSecond && `${perSecond < 10 ? perSecond.toFixed(1) : formatCount(Math.round(perSecond))}/s`,
    perSecond && describeRest(progress, perSecond),
  ].filter(Boolean);
  return [[work, status].filter(Boolean).join(' '), amounts.join(', ')].filter(Boolean).join(': ');
}

function describeShare({ done, total }: Progress): string {
  if (done === undefined) return '';
  return total === undefined ? formatCount(done) : `${formatCount(done)} of ${formatCount(total)}`;
}

function describeRest({ done = 0, total = 0 }: Progress, perSecond: number): string {
  return total > done ? `about ${formatSpan(((total - done) / perSecond) * 1000)} left` : '';
}
