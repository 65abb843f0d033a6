// Finds the unfinished run that a sync continues: the one that a killed process left, or one in the file itself.
import type { Logger } from 'pino';
import type { C1zFile } from '../c1z/c1z-file.ts';
import type { SyncWriter } from '../c1z/sync-writer.ts';
import type { SyncType } from '../c1z/tables/sync-runs.ts';
import { readCheckpointToken } from './plan/checkpoint-token.ts';
import { SyncState } from './plan/sync-state.ts';

/** Fields of a Go checkpoint that say nothing about what remains to be done. */
const harmlessFields = ['step_durations_ms', 'connector_call_stats', 'session_store_stats'];

/** What the log says of a run that a killed process left. `npm run crash` counts it. */
export const continuingMessage = 'continuing a sync that did not finish';

interface ContinuedRun {
  readonly store: SyncWriter;
  readonly state: SyncState;
  /** Whether another program began it, with settings that nobody knows. */
  readonly isFromOthers: boolean;
}

/** Continues an unfinished run of a type; undefined if there is none, or none that is sound to continue. */
export function continueRun(file: C1zFile, type: SyncType, logger: Logger): ContinuedRun | undefined {
  const kept = file.unfinishedRun();
  // Which resources others selected is not in their file.
  const run = kept ?? (type === 'partial' ? undefined : file.unfinishedRunOfOthers(type));
  if (!run) return undefined;
  const state = run.syncToken === '' ? SyncState.start() : readCheckpointToken(run.syncToken);
  const unknown = Object.keys(state?.others ?? {}).filter((field) => !harmlessFields.includes(field));
  if (!state || unknown.length > 0 || run.syncToken.includes('"entitlement_graph"')) {
    logger.warn(
      { sync_id: run.syncId, ...(unknown.length > 0 && { unknown }) },
      'the checkpoint of the unfinished sync is from another version; starting over',
    );
    return undefined;
  }
  const message = kept ? continuingMessage : 'continuing the unfinished sync in the file';
  logger.info({ sync_id: run.syncId, started_at: run.startedAt.toISOString() }, message);
  return { store: file.continueSync(run), state, isFromOthers: kept === undefined };
}
