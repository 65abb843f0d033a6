// Receives the events of a sync: for the progress line, the log and the summary.
import type { Reporter } from '../author/context.ts';

/** The phases of a sync to a file, in order. There is an expansion only if grants follow from others. */
export type SyncPhase =
  | 'validate'
  | 'resource types'
  | 'resources'
  | 'entitlements'
  | 'grants'
  | 'external resources'
  | 'expansion'
  | 'file';

export interface SyncObserver extends Reporter {
  phaseStarted(phase: SyncPhase): void;
  /**
   * Called when a page has been written.
   * @param counts - Number of items by resource type, for grants by resource type and slug: `course completed`.
   */
  pageWritten(phase: SyncPhase, counts: Readonly<Record<string, number>>): void;
  phaseEnded(phase: SyncPhase): void;
  /** Called when the sync starts over: what was reported so far does not count. */
  startedOver(): void;
}
