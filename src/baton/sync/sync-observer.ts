// Who hears how a sync goes on: the progress line, the log, the summary.
import type { Reporter } from '../author/context.ts';

/** The steps of a sync to a file, in their order. */
export const syncPhases = ['validate', 'resource types', 'resources', 'entitlements', 'grants', 'file'] as const;
export type SyncPhase = (typeof syncPhases)[number];

export interface SyncObserver extends Reporter {
  phaseStarted(phase: SyncPhase): void;
  /**
   * A page has been written.
   * @param counts - How many things of which kind: by resource type, for grants by resource type and slug (`course completed`).
   */
  pageWritten(phase: SyncPhase, counts: Readonly<Record<string, number>>): void;
  phaseEnded(phase: SyncPhase): void;
}
