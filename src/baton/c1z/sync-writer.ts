// Writes one sync run into a .c1z database.
import type { DatabaseSync } from 'node:sqlite';
import type { Entitlement } from '#gen/c1/connector/v2/entitlement_pb.js';
import type { Resource, ResourceType } from '#gen/c1/connector/v2/resource_pb.js';
import type { ListedGrant } from '../messages/grant.ts';
import { Commits } from './commits.ts';
import { toDatabaseError } from './file/storage-error.ts';
import { bulkLoadGrants } from './load/bulk-load-grants.ts';
import { type DanglingReferences, findDangling } from './tables/dangling-references.ts';
import { ExpansionRows } from './tables/expansion-rows.ts';
import { toGrantRows } from './tables/grant-row.ts';
import { GrantTable } from './tables/grant-table.ts';
import { RecordReader } from './tables/record-reader.ts';
import { RecordTables } from './tables/record-table.ts';
import { deleteRun, keptFullRunsDefault, selectRunsToDelete } from './tables/retention.ts';
import { SessionRows } from './tables/session-rows.ts';
import {
  type ContinueSyncOptions,
  finishRun,
  insertRun,
  listRuns,
  type StartSyncOptions,
  type SyncType,
  updateSyncToken,
} from './tables/sync-runs.ts';
import { countGrantsBySlug, countRows, type SyncStats } from './tables/sync-stats.ts';
import { formatTimestamp } from './tables/timestamp.ts';

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
  /** Whether another process can continue the run: then each checkpoint is committed. Default: false. */
  readonly isKept?: boolean | undefined;
  /** How long grants of a kept run may bypass SQLite, in milliseconds. Default: a minute. */
  readonly bypassMaxMs?: number | undefined;
  /** Called when earlier runs were deleted. */
  readonly onDelete: () => void;
}

/** What a kept run that is killed meanwhile has to repeat, at most. */
const bypassMaxMsDefault = 60_000;

/** A sync run that is being written. Its rows are committed with each checkpoint if it is kept, else when the file is saved. */
export class SyncWriter implements Disposable {
  readonly syncId: string;
  readonly type: SyncType;
  /** Reads what was written so far. */
  readonly records: RecordReader;
  readonly #context: SyncWriterContext;
  readonly #tables: RecordTables;
  readonly #grants: GrantTable;
  readonly #session: SessionRows;
  /** Absent if the run is not kept. */
  readonly #commits: Commits | undefined;
  /** Writes the grants while they are loaded. */
  #load: ReturnType<typeof bulkLoadGrants> | undefined;
  #state: 'open' | 'failed' | 'ended' = 'open';

  constructor(context: SyncWriterContext, options: StartSyncOptions | ContinueSyncOptions) {
    const { db } = context;
    const run = 'continues' in options ? options.continues : insertRun(db, options, context.now());
    this.syncId = run.syncId;
    // Only a type that this program starts is continued.
    this.type = run.type as SyncType;
    this.records = new RecordReader(db, this.syncId);
    this.#context = context;
    this.#tables = new RecordTables(db, this.syncId);
    this.#grants = new GrantTable(db, this.syncId);
    this.#session = new SessionRows(db, this.syncId);
    this.#commits = context.isKept
      ? new Commits(db, this.#session, 'notes' in options ? options.notes : '')
      : undefined;
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
    const onStart = () => this.#commits?.suspendFlushes();
    const onBypass = () => this.#commits?.stopFlushes();
    this.#load ??= bulkLoadGrants(db, this.syncId, this.#grants, { enabled: bulkLoad, onStart, onBypass });
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

  /** Deletes grants by the ids of their rows, see `StoredRow`. */
  deleteGrants(rowIds: readonly number[]): void {
    this.#put(() => this.#grants.delete(rowIds));
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
    this.#session.write();
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
   * Notes what remains to be done, to be continued from there if the program ends (see `sync/plan/`), and commits a kept
   * run. Grants that bypass SQLite are not in the database yet, so nothing is noted meanwhile: the last checkpoint before
   * them stays valid. After a minute SQLite writes the rest of a kept run.
   * @param notes - What else the one that continues it must know.
   */
  checkpoint(syncToken: string, notes = ''): void {
    const { bypassMaxMs = bypassMaxMsDefault } = this.#context;
    const commits = this.#commits;
    const bypassedMs = this.#load?.bypassedMs;
    if (bypassedMs !== undefined && (!commits || bypassedMs < bypassMaxMs)) return;
    this.#put(() => {
      updateSyncToken(this.#context.db, this.syncId, syncToken);
      this.#session.write();
      commits?.commit(notes);
    });
  }

  /** A last checkpoint of a kept run, after a failure between two pages. */
  checkpointAfterFailure(syncToken: string, notes: string): void {
    if (this.#commits && this.#state === 'open') this.checkpoint(syncToken, notes);
  }

  /** The notes of the last checkpoint that was committed; empty if there is none. */
  get notes(): string {
    return this.#commits?.notes ?? '';
  }

  /** Whether the run has begun to write something, or its connector to keep something. */
  get isWorthKeeping(): boolean {
    // It ended, and its file could not be written.
    if (!this.#context.db.isOpen) return true;
    return this.records.resourceTypes({ limit: 1 }).length > 0 || this.#session.hasValues;
  }

  /** A value that the connector keeps until the sync ends. */
  sessionValue(key: string): Uint8Array | undefined {
    return this.#session.get(key);
  }

  /** Keeps a value of the connector. It is committed soon, and can be lost until then. */
  setSessionValue(key: string, value: Uint8Array): void {
    this.#session.set(key, value);
    // After a load it is written.
    if (this.#load?.bypassedMs !== undefined || this.#state !== 'open') return;
    this.#write(() => {
      this.#session.write();
      this.#commits?.commitSoon();
    });
  }

  /**
   * Deletes old runs, see `retention.ts`. Cheapest after all grants are written and before their indexes are built.
   * @param keepFullRuns - At least 1, including the run being written.
   * @param spared - The id of a run that stays in any case.
   * @returns The ids of the deleted runs.
   */
  prune(keepFullRuns = keptFullRunsDefault, spared?: string): string[] {
    const { db, onDelete } = this.#context;
    const chosen = selectRunsToDelete(listRuns(db), this.syncId, keepFullRuns).filter((id) => id !== spared);
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
      this.#session.clear();
      finishRun(db, this.syncId, { endedAt: now(), syncToken, supportsDiff, stats });
      return stats;
    });
    this.#state = 'ended';
    return stats;
  }

  /** Finds what was stored and refers to nothing in the run. To be called after {@link end}. */
  findDangling(): readonly DanglingReferences[] {
    return findDangling(this.#context.db, this.syncId);
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
      throw toDatabaseError(error, this.#context.temporaryFolder);
    }
  }

  async #writeAsync(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      throw toDatabaseError(error, this.#context.temporaryFolder);
    }
  }

  #assertWritable(): void {
    if (this.#state !== 'open') throw new Error(`sync ${this.syncId} has ${this.#state}; nothing can be added to it`);
  }
}
