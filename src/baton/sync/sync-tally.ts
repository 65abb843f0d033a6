// Counts what a sync writes and leaves out, and how long its phases take, for the summary.

import type { Progress } from '../author/context.ts';
import type { SyncObserver, SyncPhase } from './sync-observer.ts';

/** What is counted of one phase. */
export interface PhaseTally {
  pages: number;
  /** By kind, as `SyncObserver.pageWritten` names them. */
  readonly counts: Map<string, number>;
  startedAtMs: number;
  /** Nothing while the phase runs. */
  durationMs: number | undefined;
}

/** A SyncObserver that keeps count. `changed` is called after each event, for a display. */
export class SyncTally implements SyncObserver {
  readonly phases = new Map<SyncPhase, PhaseTally>();
  readonly skippedCounts = new Map<string, number>();
  readonly warnings: string[] = [];
  /** The phase that runs, and the long work inside of it, if there is some. */
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

/** What happened last, for a display to say it. */
export type SyncEvent =
  | { readonly kind: 'phase started' | 'page written' | 'phase ended'; readonly phase: SyncPhase }
  | { readonly kind: 'warning'; readonly message: string }
  | { readonly kind: 'progress'; readonly work: Progress };
