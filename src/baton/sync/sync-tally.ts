// Counts what a sync writes and skips, and times its phases, for the summary and the display.
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

/** How far a piece of long work is. */
export interface WorkTally {
  readonly progress: Progress;
  /** Items per second, if it counts them and enough time has passed to tell. */
  readonly perSecond: number | undefined;
  /** When it got so far. */
  readonly atMs: number;
}

/** Too little time to derive a rate from. */
const rateMinMs = 1000;

/** Work that gets no further for longer has no rate, as while the application asks for a pause. */
const rateMaxAgeMs = 10_000;

/** Counts the events of a sync. `changed` is called after each one, for a display. */
export class SyncTally implements SyncObserver {
  readonly phases = new Map<SyncPhase, PhaseTally>();
  /** By reason. */
  readonly skippedCounts = new Map<string, number>();
  readonly warnings: string[] = [];
  /** The running phase. */
  running: SyncPhase | undefined;
  /** Long work within the running phase, by its name. */
  readonly works = new Map<string, WorkTally>();
  readonly #workStarts = new Map<string, { readonly atMs: number; readonly done: number }>();
  readonly #changed: (event: SyncEvent) => void;
  readonly #now: () => number;

  /** @param now - A clock, in milliseconds from any time. */
  constructor(changed: (event: SyncEvent) => void, now: () => number = () => performance.now()) {
    this.#changed = changed;
    this.#now = now;
  }

  phaseStarted(phase: SyncPhase): void {
    this.running = phase;
    this.#forgetWorks();
    this.phases.set(phase, { pages: 0, counts: new Map(), startedAtMs: this.#now(), durationMs: undefined });
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
    // The page is the result of work that counts no items, such as a report.
    for (const [name, { progress }] of this.works) if (progress.done === undefined) this.works.delete(name);
    this.#changed({ kind: 'page written', phase });
  }

  phaseEnded(phase: SyncPhase): void {
    this.#stop(phase);
    this.#changed({ kind: 'phase ended', phase });
  }

  /** Notes that the sync has failed or was stopped, in the phase that is running, if any. */
  failed(): void {
    const phase = this.running;
    if (!phase) return;
    this.#stop(phase);
    this.#changed({ kind: 'phase failed', phase });
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

  progress(progress: Progress): void {
    const { work, done, total } = progress;
    if (done !== undefined && done === total) this.works.delete(work);
    else {
      const perSecond = done === undefined ? undefined : this.#averageOf(work, done);
      this.works.set(work, { progress, perSecond, atMs: this.#now() });
    }
    this.#changed({ kind: 'progress' });
  }

  /** How long a phase has been running, or took, in milliseconds. */
  elapsedMs({ startedAtMs, durationMs }: PhaseTally): number {
    return durationMs ?? this.#now() - startedAtMs;
  }

  /** How fast the work is now, in items per second. */
  rateOf({ perSecond, atMs }: WorkTally): number | undefined {
    return this.#now() - atMs > rateMaxAgeMs ? undefined : perSecond;
  }

  /** What happened before the work was first heard of does not count. */
  #averageOf(work: string, done: number): number | undefined {
    const start = this.#workStarts.get(work);
    if (!start || done < start.done) {
      this.#workStarts.set(work, { atMs: this.#now(), done });
      return undefined;
    }
    const elapsedMs = this.#now() - start.atMs;
    return elapsedMs < rateMinMs ? undefined : ((done - start.done) / elapsedMs) * 1000;
  }

  #stop(phase: SyncPhase): void {
    const tally = this.phases.get(phase);
    if (tally) tally.durationMs = this.#now() - tally.startedAtMs;
    this.running = undefined;
    this.#forgetWorks();
  }

  #forgetWorks(): void {
    this.works.clear();
    this.#workStarts.clear();
  }
}

/** The last event, for a display. */
export type SyncEvent =
  | { readonly kind: 'phase started' | 'page written' | 'phase ended' | 'phase failed'; readonly phase: SyncPhase }
  | { readonly kind: 'warning'; readonly message: string }
  | { readonly kind: 'progress' };
