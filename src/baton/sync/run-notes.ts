// What a sync must not forget when another process continues it, besides its state: what it skipped, and its warnings.
import { z } from 'zod';
import type { SyncObserver } from './sync-observer.ts';

/** More are not kept for the summary. They are in the log. */
const warningsMax = 1000;

const schema = z.strictObject({
  failuresHere: z.int().nonnegative(),
  skippedCalls: z.int().nonnegative(),
  listedTypeIds: z.array(z.string()),
  skippedCounts: z.array(z.tuple([z.string(), z.int()])),
  warnings: z.array(z.string()),
});

/** The notes of a run. */
export class RunNotes {
  /** How many processes have continued the run, and failed without a step forward. */
  failuresHere = 0;
  /** How many calls ended with NOT_FOUND, and were skipped. */
  skippedCalls = 0;
  /** The ids of all types that the connector has listed, whether they are synced or not. */
  readonly listedTypeIds = new Set<string>();
  readonly #skippedCounts = new Map<string, number>();
  readonly #warnings = new Set<string>();

  /** Reads notes; empty ones if they are not from this version. */
  static parse(json: string): RunNotes {
    const notes = new RunNotes();
    const parsed = schema.safeParse(json === '' ? undefined : JSON.parse(json));
    if (!parsed.success) return notes;
    notes.failuresHere = parsed.data.failuresHere;
    notes.skippedCalls = parsed.data.skippedCalls;
    for (const id of parsed.data.listedTypeIds) notes.listedTypeIds.add(id);
    for (const [reason, count] of parsed.data.skippedCounts) notes.#skippedCounts.set(reason, count);
    for (const warning of parsed.data.warnings) notes.#warnings.add(warning);
    return notes;
  }

  toJson(): string {
    return JSON.stringify({
      failuresHere: this.failuresHere,
      skippedCalls: this.skippedCalls,
      listedTypeIds: [...this.listedTypeIds],
      skippedCounts: [...this.#skippedCounts],
      warnings: [...this.#warnings].slice(0, warningsMax),
    });
  }

  /**
   * An observer that notes what it passes on. What was noted before is passed on at once, and the warnings of that only
   * once, though a sync that continues validates again.
   */
  observe(observer: SyncObserver): SyncObserver {
    for (const [reason, count] of this.#skippedCounts) observer.countSkipped(reason, count);
    for (const warning of this.#warnings) observer.warn(warning);
    const before = new Set(this.#warnings);
    return {
      phaseStarted: (phase) => observer.phaseStarted(phase),
      pageWritten: (phase, counts) => observer.pageWritten(phase, counts),
      phaseEnded: (phase) => observer.phaseEnded(phase),
      startedOver: () => observer.startedOver(),
      progress: (update) => observer.progress(update),
      countSkipped: (reason, count = 1) => {
        this.#skippedCounts.set(reason, (this.#skippedCounts.get(reason) ?? 0) + count);
        observer.countSkipped(reason, count);
      },
      warn: (message) => {
        this.#warnings.add(message);
        if (!before.has(message)) observer.warn(message);
      },
    };
  }
}
