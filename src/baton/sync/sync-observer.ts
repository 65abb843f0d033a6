// Who hears how a sync goes on: the progress line, the log, the summary.
import type { Reporter } from '../connector.ts';

/** The steps of a full sync, in their order. */
export const syncPhases = ['validate', 'resource types', 'resources', 'entitlements', 'grants'] as const;
export type SyncPhase = (typeof syncPhases)[number];

export interface SyncObserver extends Reporter {
  phaseStarted(phase: SyncPhase): void;
  /** A page of `items` things of type `subject` (a resource type id) has been written. */
  pageWritten(phase: SyncPhase, subject: string, items: number): void;
  phaseEnded(phase: SyncPhase): void;
}
