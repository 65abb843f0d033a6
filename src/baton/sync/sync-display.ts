// Shows the progress of a sync: one live line per phase on a terminal, log lines elsewhere.
import type { Logger } from 'pino';
import { progressFields } from '../author/context.ts';
import type { Output } from '../author/host.ts';
import { formatBytes, formatCount, formatDuration } from '../log/format-numbers.ts';
import { eraseLine, LiveLine, logProgressMs } from '../log/live-line.ts';
import { escapeControls } from '../net/escape-controls.ts';
import type { SyncPhase } from './sync-observer.ts';
import type { PhaseTally, SyncEvent, SyncTally } from './sync-tally.ts';

/** Called with the tally after each event. */
type SyncDisplay = (tally: SyncTally, event: SyncEvent) => void;

/** One line per phase, redrawn in place while the phase runs. */
export function createTerminalDisplay(terminal: Output, now: () => number = () => performance.now()): SyncDisplay {
  const live = new LiveLine(terminal, now);
  return (tally, event) => {
    if (event.kind === 'warning') {
      terminal.write(`${eraseLine}! ${escapeControls(event.message)}\n`);
      return;
    }
    const isEnd = event.kind === 'phase ended';
    const phase = isEnd ? event.phase : tally.running;
    if (!phase || (!isEnd && event.kind !== 'phase started' && !live.isDue())) {
      return;
    }
    live.draw(`${isEnd ? '✓' : '·'} ${escapeControls(describePhase(tally, phase, now()))}`, isEnd ? '\n' : '\r');
  };
}

/** One line at the end of each phase, for each warning, and now and then during long work. */
export function createLogDisplay(logger: Logger, now: () => number = () => performance.now()): SyncDisplay {
  let loggedAt = now();
  return (tally, event) => {
    if (event.kind === 'warning') {
      logger.warn(event.message);
    } else if (event.kind === 'phase ended') {
      loggedAt = now();
      logger.info(fieldsOf(tally, event.phase), `synced ${event.phase}`);
    } else if (event.kind !== 'phase started' && tally.running && now() - loggedAt >= logProgressMs) {
      loggedAt = now();
      logger.info(
        { ...fieldsOf(tally, tally.running), ...(tally.work && progressFields(tally.work)) },
        `syncing ${tally.running}`,
      );
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

function describePhase(tally: SyncTally, phase: SyncPhase, nowMs: number): string {
  const found = tally.phases.get(phase);
  if (!found) {
    return phase;
  }
  const elapsedMs = found.durationMs ?? nowMs - found.startedAtMs;
  return [`${phase.padEnd(14)} ${formatDuration(elapsedMs).padStart(8)}`, describeCounts(found), describeWork(tally)]
    .filter(Boolean)
    .join('  ');
}

function describeCounts({ counts, pages }: PhaseTally): string {
  const parts = [...counts].map(([kind, count]) => `${formatCount(count)} ${kind}`);
  return parts.length === 0 ? '' : `${parts.join(', ')} (${formatCount(pages)} page${pages === 1 ? '' : 's'})`;
}

function describeWork({ work }: SyncTally): string {
  if (!work) {
    return '';
  }
  return [
    work.work,
    work.status,
    work.bytes && formatBytes(work.bytes),
    work.rows && `${formatCount(work.rows)} rows`,
    work.rowsPerSecond && `${formatCount(Math.round(work.rowsPerSecond))} rows/s`,
  ]
    .filter(Boolean)
    .join(' ');
}
