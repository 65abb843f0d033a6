// Writes one sync run into a .c1z database.
import type { DatabaseSync } from 'node:sqlite';
import type { Entitlement } from '#gen/c1/connector/v2/entitlement_pb.js';
import type { Resource, ResourceType } from '#gen/c1/connector/v2/resource_pb.js';
import type { ListedGrant } from '../messages/grant.ts';
import { toStorageError } from './file/storage-error.ts';
import { bulkLoadGrants } from './load/bulk-load-grants.ts';
import { ExpansionRows } from './tables/expansion-rows.ts';
import { toGrantRows } from './tables/grant-row.ts';
import { GrantTable } from './tables/grant-table.ts';
import { RecordReader } from './tables/record-reader.ts';
import { RecordTables } from './tables/record-table.ts';
import { deleteRun, keptFullRunsDefault, selectRunsToDelete } from './tables/retention.ts';
import { createSyncId } from './tables/sync-id.ts';
import { finishRun, insertRun, listRuns, type SyncType, updateSyncToken } from './tables/sync-runs.ts';
import { countGrantsBySlug, countRows, type SyncStats } from './tables/sync-stats.ts';
import { formatTimestamp } from './tables/timestamp.ts';

export interface StartSyncOptions {
  readonly type: SyncType;
  /** The finished full run that a `partial` run extends. Other types have none. */
  readonly parentSyncId?: string | undefined;
}

interface EndSyncOptions {
  /** The last checkpoint: `{"current_action_id":N,"completed_actions_count":N,"version":1}`. */
  readonly syncToken: string;
  /** Whether the sync reached the step that expands grants, even if it expanded none. Default: false. */
  readonly supportsDiff?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface SyncWriterContext {
  readonly db: DatabaseSync;
  readonly temporaryFolder: string;
  /** Whether the grants of a new file bypass SQLite. */
  readonly bulkLoad: boolean;
  /** The clock: for `started_at`, `ended_at`, `discovered_at` and the sync id. */
  readonly now: () => Date;
  /** Called when earlier runs were deleted. */
  readonly onDelete: () => void;
}

/** A sync run that is being written. Its rows are committed when the file is saved. */
export class SyncWriter implements Disposable {
  readonly syncId: string;
  readonly type: SyncType;
  /** Reads what was written so far. */
  readonly records: RecordReader;
  readonly #context: SyncWriterContext;
  readonly #tables: RecordTables;
  readonly #grants: GrantTable;
  /** Writes the grants while they are loaded. */
  #load: ReturnType<typeof bulkLoadGrants> | undefined;
  #state: 'open' | 'failed' | 'ended' = 'open';

  constructor(context: SyncWriterContext, options: StartSyncOptions) {
    if (options.parentSyncId && options.type !== 'partial') {
      throw new Error(`a ${options.type} sync has no parent sync; only a partial one has`);
    }
    const { db, now } = context;
    const startedAt = now();
    this.syncId = createSyncId(startedAt);
    this.type = options.type;
    this.records = new RecordReader(db, this.syncId);
    this.#context = context;
    insertRun(db, { syncId: this.syncId, type: this.type, parentSyncId: options.parentSyncId ?? '', startedAt });
    this.#tables = new RecordTables(db, this.syncId);
    this.#grants = new GrantTable(db, this.syncId);
  }

  get ended(): boolean {
    return this.#state === 'ended';
  }

  putResourceTypes(resourceTypes: Iterable<ResourceType>): void {
    this.#put((discoveredAt) => this.#tables.putResourceTypes(resourceTypes, discoveredAt));
  }

  putResources(resources: Iterable<Resource>): void {
    this.#put((discoveredAt) => this.#tables.putResources(resources, discoveredAt));
  }

  putEntitlements(entitlements: Iterable<Entitlement>): void {
    this.#put((discoveredAt) => this.#tables.putEntitlements(entitlements, discoveredAt));
  }

  /**
   * Starts writing the grants of a sync. Those of a new file bypass SQLite: fastest in the order of entitlement and
   * principal. They cannot be read before {@link endGrants}, and nothing is checkpointed; writing anything else leaves the
   * rest to SQLite.
   */
  startGrants(): void {
    this.#assertWritable();
    const { db, bulkLoad } = this.#context;
    this.#load ??= this.#write(() => bulkLoadGrants(db, this.syncId, this.#grants, bulkLoad));
  }

  /** Writes grants: those of a sync after {@link startGrants}, or a few others. */
  putGrants(grants: Iterable<ListedGrant>): void {
    const load = this.#load;
    if (!load) {
      this.#put((discoveredAt) => this.#grants.put(toGrantRows(grants), discoveredAt));
      return;
    }
    this.#assertWritable();
    try {
      this.#write((discoveredAt) => load.put(toGrantRows(grants), discoveredAt));
    } catch (error) {
      // The database may hold half of a page of its file.
      this.#state = 'failed';
      throw error;
    }
  }

  /** Ends {@link startGrants}, and builds the indexes of grants that bypassed SQLite. Without a start it does nothing. */
  async endGrants(signal?: AbortSignal): Promise<void> {
    const load = this.#load;
    if (!load) return;
    this.#assertWritable();
    this.#state = 'failed';
    await this.#writeAsync(() => load.end(signal));
    this.#load = undefined;
    this.#state = 'open';
  }

  /**
   * Lets `expand` add the grants that follow from others, after all others are written.
   * @throws What `expand` throws; the run has then failed, and cannot be ended.
   */
  async expandGrants(expand: (rows: ExpansionRows) => Promise<void>, signal?: AbortSignal): Promise<void> {
    await this.endGrants(signal);
    this.#assertWritable();
    this.#state = 'failed';
    await this.#writeAsync(async () => {
      const { db, now } = this.#context;
      // Also merges grants that were written twice.
      await this.#grants.buildIndexes(signal);
      await expand(new ExpansionRows(db, this.syncId, this.#grants, now));
    });
    this.#state = 'open';
  }

  /**
   * Notes what remains to be done, to be continued from there if the program ends (see `sync/plan/`). Grants that bypass
   * SQLite are not in the database yet, so nothing is noted meanwhile: the last checkpoint before them stays valid.
   */
  checkpoint(syncToken: string): void {
    if (this.#load?.bypassesSqlite) return;
    this.#put(() => updateSyncToken(this.#context.db, this.syncId, syncToken));
  }

  /**
   * Deletes old runs, see `retention.ts`. Cheapest after all grants are written and before their indexes are built.
   * @param keepFullRuns - At least 1, including the run being written.
   * @returns The ids of the deleted runs.
   */
  prune(keepFullRuns = keptFullRunsDefault): string[] {
    if (!Number.isSafeInteger(keepFullRuns) || keepFullRuns < 1) {
      throw new RangeError(`a .c1z file keeps 1 or more full syncs, not ${keepFullRuns}`);
    }
    const { db, onDelete } = this.#context;
    const chosen = selectRunsToDelete(listRuns(db), this.syncId, keepFullRuns);
    if (chosen.length === 0) return chosen;
    this.#put(() => {
      this.#grants.prepareDelete(chosen);
      for (const syncId of chosen) deleteRun(db, syncId);
    });
    onDelete();
    return chosen;
  }

  /** Ends the run: builds the missing indexes, counts the rows and marks the run as finished. */
  async end({ syncToken, supportsDiff = false, signal }: EndSyncOptions): Promise<SyncStats> {
    this.#assertWritable();
    await this.endGrants(signal);
    await this.#writeAsync(() => this.#grants.buildIndexes(signal));
    const { db, now } = this.#context;
    const stats = this.#put(() => {
      const stats = countRows(db, this.syncId, this.type);
      finishRun(db, this.syncId, { endedAt: now(), syncToken, supportsDiff, stats });
      return stats;
    });
    this.#state = 'ended';
    return stats;
  }

  /** Counts the stored grants by resource type and slug: `course completed`. Takes a second for a million. */
  countGrants(): ReadonlyMap<string, number> {
    return countGrantsBySlug(this.#context.db, this.syncId);
  }

  /** Closes the file of a load that did not end: the sync failed. */
  [Symbol.dispose](): void {
    this.#load?.[Symbol.dispose]();
    this.#load = undefined;
  }

  #put<Result>(write: (discoveredAt: string) => Result): Result {
    this.#assertWritable();
    return this.#write((discoveredAt) => {
      this.#load?.leaveToSqlite();
      return write(discoveredAt);
    });
  }

  #write<Result>(write: (discoveredAt: string) => Result): Result {
    try {
      return write(formatTimestamp(this.#context.now()));
    } catch (error) {
      throw toStorageError(error, this.#context.temporaryFolder);
    }
  }

  async #writeAsync(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      throw toStorageError(error, this.#context.temporaryFolder);
    }
  }

  #assertWritable(): void {
    if (this.#state !== 'open') throw new Error(`sync ${this.syncId} ${whyClosed[this.#state]}`);
  }
}

const whyClosed = {
  failed: 'has failed; nothing can be added to it',
  ended: 'has ended; nothing can be added to it',
};
