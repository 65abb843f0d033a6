// The operator's settings that sync tasks heed.
import type { SyncTarget } from '../../sync/sync-targets.ts';

export interface SyncSettings {
  /** Where files lie until they are uploaded; the system's folder for temporary files when it is not given. */
  readonly temporaryFolder: string | undefined;
  /** Only validate, and upload an empty sync: `--skip-full-sync`. */
  readonly skipFullSync: boolean;
  /** For tasks that name no types themselves: `--sync-resource-types`. */
  readonly resourceTypeIds: readonly string[];
  /** Go before those of a task: `--sync-resources`. */
  readonly targets?: readonly SyncTarget[] | undefined;
  readonly workers: number;
  /** What must not stand in a debug log. */
  readonly secrets: readonly string[];
}
