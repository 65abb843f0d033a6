// Counts what a sync writes and skips, and times its phases, for the summary.
import type { Progress } from '../author/context.ts';
import type { SyncObserver, SyncPhase } from './sync-observer.ts';

/** The counts of one phase. */
export interface PhaseTally {
  pages: number;
  /** By kind, see `SyncObserver.pageWritten`. */
  readonly counts: Map<string, number>;
  startedAtMs: number;
  /** Undefined while the phase runs. */
  durationMs: number | undefined;
}

/** Counts the events of a sync. `changed` is called after each one, for a display. */
export class SyncTally implements SyncObserver {
  readonly phases = new Map<SyncPhase, PhaseTally>();
  /** By reason. */
  readonly skippedCounts = new Map<string, number>();
  readonly warnings: string[] = [];
  /** The running phase, and long work within it, if any. */
  running: SyncPhase | undefined;
  work: Progress | undefined;
  readonly #changed: (event: SyncEvent) => void;

  constructor(changed: (event: SyncEvent) => void) {
    this.#changed = changed;
  }

  phaseStarted(phase: SyncPhase): void {
    this.running = phase;
    this.work = undefined;
    this.phases.set(phase, { pages: 0, counts: new Map(), startedAtMs: performance.now(), durationMs: undefined });
    this.#changed({ kind: 'phase started', phase });
  }

  pageWritten(phase: SyncPhase, counts: Readonly<Record<string, number>>): void {
    const tally = this.phases.get(phase);
    if (tally) {
      tally.pages++;
      for (const [kind, count] of Object.entries(counts)) {
        tally.counts.set(kind, (tally.counts.get(kind) ?? 0) + count);
      }
    }
    this.work = undefined;
    this.#changed({ kind: 'page written', phase });
  }

  phaseEnded(phase: SyncPhase): void {
    const tally = this.phases.get(phase);
    if (tally) {
      tally.durationMs = performance.now() - tally.startedAtMs;
    }
    this.running = undefined;
    this.work = undefined;
    this.#changed({ kind: 'phase ended', phase });
  }

  startedOver(): void {
    this.phases.clear();
    this.skippedCounts.clear();
    this.warnings.length = 0;
  }

  countSkipped(reason: string, count = 1): void {
    this.skippedCounts.set(reason, (this.skippedCounts.get(reason) ?? 0) + count);
  }

  warn(message: string): void {
    this.warnings.push(message);
    this.#changed({ kind: 'warning', message });
  }

  progress(work: Progress): void {
    this.work = work;
    this.#changed({ kind: 'progress', work });
  }
}

/** The last event, for a display. */
export type SyncEvent =
  | { readonly kind: 'phase started' | 'page written' | 'phase ended'; readonly phase: SyncPhase }
  | { readonly kind: 'warning'; readonly message: string }
  | { readonly kind: 'progress'; readonly work: Progress };
