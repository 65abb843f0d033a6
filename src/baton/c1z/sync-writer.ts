// Writes one sync run into a .c1z database.
import type { DatabaseSync } from 'node:sqlite';
import type { Entitlement } from '#gen/c1/connector/v2/entitlement_pb.js';
import type { Resource, ResourceType } from '#gen/c1/connector/v2/resource_pb.js';
import type { ListedGrant } from '../messages/grant.ts';
import { toStorageError } from './file/storage-error.ts';
import { toGrantRows } from './tables/grant-row.ts';
import { GrantTable, type PutGrantsOptions } from './tables/grant-table.ts';
import { RecordReader } from './tables/record-reader.ts';
import { RecordTables } from './tables/record-table.ts';
import { deleteRun, keptFullRunsDefault, selectRunsToDelete } from './tables/retention.ts';
import { createSyncId } from './tables/sync-id.ts';
import {
  finishRun,
  type InvariantCoverage,
  insertRun,
  listRuns,
  type SyncType,
  updateSyncToken,
} from './tables/sync-runs.ts';
import { countRows, type SyncStats } from './tables/sync-stats.ts';
import { formatTimestamp } from './tables/timestamp.ts';

export interface StartSyncOptions {
  readonly type: SyncType;
  /** The finished full run that a `partial` one adds to. No other type has one. */
  readonly parentSyncId?: string | undefined;
}

export interface EndSyncOptions {
  /** The last checkpoint: `{"current_action_id":N,"completed_actions_count":N,"version":1}`. */
  readonly syncToken: string;
  /** The step that expands grants was reached, whether it expanded any or was told not to. */
  readonly supportsDiff?: boolean | undefined;
  readonly invariants?: InvariantCoverage | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface SyncWriterContext {
  readonly db: DatabaseSync;
  readonly temporaryFolder: string;
  /** The clock: for `started_at`, `ended_at`, `discovered_at` and the sync id. */
  readonly now: () => Date;
  /** Called when former runs were deleted. */
  readonly onDelete: () => void;
}

/**
 * A sync run that is being written. All its rows belong to one transaction, which is committed when the file is saved.
 *
 * Grants are fastest in the order of entitlement and principal; in any other order making their indexes takes twice as
 * long.
 */
export class SyncWriter {
  readonly syncId: string;
  readonly type: SyncType;
  /** Reads what was written so far. */
  readonly records: RecordReader;
  readonly #db: DatabaseSync;
  readonly #temporaryFolder: string;
  readonly #now: () => Date;
  readonly #onDelete: () => void;
  readonly #tables: RecordTables;
  readonly #grants: GrantTable;
  #ended = false;

  constructor({ db, temporaryFolder, now, onDelete }: SyncWriterContext, options: StartSyncOptions) {
    if (options.parentSyncId && options.type !== 'partial') {
      throw new Error(`a ${options.type} sync has no parent sync; only a partial one has`);
    }
    const startedAt = now();
    this.syncId = createSyncId(startedAt);
    this.type = options.type;
    this.records = new RecordReader(db, this.syncId, () => this.endLoad());
    this.#db = db;
    this.#temporaryFolder = temporaryFolder;
    this.#now = now;
    this.#onDelete = onDelete;
    insertRun(db, { syncId: this.syncId, type: this.type, parentSyncId: options.parentSyncId ?? '', startedAt });
    this.#tables = new RecordTables(db, this.syncId);
    this.#grants = new GrantTable(db, this.syncId);
  }

  get ended(): boolean {
    return this.#ended;
  }

  putResourceTypes(resourceTypes: Iterable<ResourceType>): void {
    this.#write((discoveredAt) => this.#tables.putResourceTypes(resourceTypes, discoveredAt));
  }

  putResources(resources: Iterable<Resource>): void {
    this.#write((discoveredAt) => this.#tables.putResources(resources, discoveredAt));
  }

  putEntitlements(entitlements: Iterable<Entitlement>): void {
    this.#write((discoveredAt) => this.#tables.putEntitlements(entitlements, discoveredAt));
  }

  putGrants(grants: Iterable<ListedGrant>, options?: PutGrantsOptions): void {
    this.#writeGrants((discoveredAt) => this.#grants.put(toGrantRows(grants), discoveredAt, options));
  }

  /** Stores a checkpoint: JSON of the state of the sync engine. */
  checkpoint(syncToken: string): void {
    this.#write(() => updateSyncToken(this.#db, this.syncId, syncToken));
  }

  /**
   * Makes the indexes of the grants, which are not there while many grants are written, and merges grants with the
   * same id. Needed before grants are looked up or written with `keepExpansion`; {@link end} does it otherwise.
   */
  async buildGrantIndexes(signal?: AbortSignal): Promise<void> {
    this.#assertRunning();
    try {
      await this.#grants.buildIndexes(signal);
    } catch (error) {
      throw toStorageError(error, this.#temporaryFolder);
    }
  }

  /**
   * Deletes old runs, see `retention.ts`. Best called when all grants are written, and before their indexes are made.
   * @param keepFullRuns - At least 1, the run being written included.
   * @returns The ids of the runs that were deleted.
   */
  prune(keepFullRuns = keptFullRunsDefault): string[] {
    if (!Number.isSafeInteger(keepFullRuns) || keepFullRuns < 1) {
      throw new RangeError(`a .c1z file keeps 1 or more full syncs, not ${keepFullRuns}`);
    }
    const chosen = selectRunsToDelete(listRuns(this.#db), this.syncId, keepFullRuns);
    if (chosen.length === 0) return chosen;
    this.#write(() => {
      this.#grants.prepareDelete(chosen);
      for (const syncId of chosen) deleteRun(this.#db, syncId);
    });
    this.#onDelete();
    return chosen;
  }

  /** Ends the run: makes the indexes, counts the rows and marks it as finished. */
  async end(options: EndSyncOptions): Promise<SyncStats> {
    await this.buildGrantIndexes(options.signal);
    const stats = this.#write(() => {
      const stats = countRows(this.#db, this.syncId, this.type);
      finishRun(this.#db, this.syncId, {
        endedAt: this.#now(),
        syncToken: options.syncToken,
        supportsDiff: options.supportsDiff ?? false,
        stats,
        invariants: options.invariants,
      });
      return stats;
    });
    this.#ended = true;
    return stats;
  }

  /** Grants may have been written past SQLite, which does not see them until this: to be called before they are read. */
  endLoad(): void {
    if (!this.#ended) this.#write(() => {});
  }

  /** To be called when the run is given up. */
  abandon(): void {
    this.#grants.abandonLoad();
  }

  #write<Result>(write: (discoveredAt: string) => Result): Result {
    return this.#writeGrants((discoveredAt) => {
      this.#grants.endLoad();
      return write(discoveredAt);
    });
  }

  /** Grants alone do not end the load. */
  #writeGrants<Result>(write: (discoveredAt: string) => Result): Result {
    this.#assertRunning();
    try {
      return write(formatTimestamp(this.#now()));
    } catch (error) {
      throw toStorageError(error, this.#temporaryFolder);
    }
  }

  #assertRunning(): void {
    if (this.#ended) throw new Error(`sync ${this.syncId} has ended; nothing can be added to it`);
  }
}
