// The file that is explored, with the tables of it that somebody has looked at.
import { stat } from 'node:fs/promises';
import type { SyncRun } from '../c1z/tables/sync-runs.ts';
import type { SyncStats } from '../c1z/tables/sync-stats.ts';
import { type ChangeCounts, SyncComparison } from '../inspect/compare-syncs.ts';
import type { OpenSyncs } from '../inspect/open-syncs.ts';
import { findRun } from '../inspect/resolve-names.ts';
import type { ResourceKey } from '../inspect/resource-view.ts';
import { runSteps } from '../inspect/run-steps.ts';
import { statsOf } from '../inspect/summarize-file.ts';
import type { SyncView } from '../inspect/sync-view.ts';
import { type AnyTable, changeTable, grantTable, leaverTable, resourceTable } from '../inspect/table.ts';
import { countedTable, countGrants, type GrantCounts } from './grant-counts.ts';
import { RequestError } from './read-request.ts';
import { StoredTable } from './stored-table.ts';

/** Names a table. */
export type TableName =
  /** Of a type that is not of users, with the numbers of grants. */
  | { readonly of: 'resources'; readonly type?: string | undefined }
  | {
      readonly of: 'grants';
      readonly principal?: ResourceKey | undefined;
      readonly resource?: ResourceKey | undefined;
      /** Only of resources of this type. */
      readonly type?: string | undefined;
    }
  | { readonly of: 'leavers' }
  | ({ readonly of: 'changes' } & ComparedSyncs);

/** Ids of syncs. */
export interface ComparedSyncs {
  readonly before: string;
  readonly after: string;
}

/** Two syncs and what changed, in numbers. It is kept, so it does not refer to views, which have names in memory. */
interface CountedChanges {
  readonly before: SyncRun;
  readonly after: SyncRun;
  /** The types of users of the later one. */
  readonly userTypes: readonly string[];
  readonly counts: ChangeCounts;
}

/** Tables that nobody has asked for since so many others are dropped. */
const tablesMax = 40;

export class ExploredFile {
  readonly syncs: OpenSyncs;
  readonly view: SyncView;
  readonly #signal: AbortSignal;
  readonly #modifiedAt: number;
  readonly #tables = new Map<string, Promise<StoredTable>>();
  readonly #changes = new Map<string, Promise<CountedChanges>>();
  #counts: Promise<GrantCounts> | undefined;
  #stats: SyncStats | undefined;

  private constructor(syncs: OpenSyncs, view: SyncView, modifiedAt: number, signal: AbortSignal) {
    this.syncs = syncs;
    this.view = view;
    this.#modifiedAt = modifiedAt;
    this.#signal = signal;
  }

  static async of(syncs: OpenSyncs, view: SyncView, signal: AbortSignal): Promise<ExploredFile> {
    StoredTable.prepare(view.db);
    return new ExploredFile(syncs, view, (await stat(syncs.path)).mtimeMs, signal);
  }

  /** Whether there is another file in its place now, or none. */
  async isReplaced(): Promise<boolean> {
    const now = await stat(this.syncs.path).catch(() => undefined);
    return now?.mtimeMs !== this.#modifiedAt;
  }

  /** How much the sync has. Files of older programs do not say it: it is counted once. */
  get stats(): SyncStats {
    this.#stats ??= statsOf(this.view);
    return this.#stats;
  }

  /**
   * Reads what everybody looks for, before anybody asks: the names that a search finds, the numbers of grants, and who has
   * left.
   */
  async readAhead(): Promise<void> {
    const everything = await this.table({ of: 'resources' });
    // The page of a search offers them.
    for (const column of ['type', 'status']) everything.choices(column);
    await this.counts();
    await this.table({ of: 'leavers' });
  }

  /** The number of grants by resource. They are counted once. */
  counts(): Promise<GrantCounts> {
    this.#counts ??= countGrants(this.view, this.#signal);
    return this.#counts;
  }

  /** A table. It is read once, and kept as long as somebody looks at it. */
  async table(name: TableName): Promise<StoredTable> {
    const key = JSON.stringify(name);
    const known = this.#tables.get(key);
    const table = known ?? this.#store(name);
    this.#tables.delete(key);
    this.#tables.set(key, table);
    if (!known) table.catch(() => this.#tables.delete(key));
    await this.#dropOld();
    return await table;
  }

  /** What changed between two syncs. They are compared once; meanwhile, others run. @throws RequestError; UsageError */
  async changes(syncs: ComparedSyncs): Promise<CountedChanges> {
    const name: TableName = { of: 'changes', ...syncs };
    const stored = this.table(name);
    stored.catch(() => undefined);
    // Rows are stored after this, for which nobody has to wait here.
    return await (this.#changes.get(JSON.stringify(name)) ?? stored.then(() => this.changes(syncs)));
  }

  async #store(name: TableName): Promise<StoredTable> {
    const { db } = this.view;
    if (name.of !== 'changes') return await StoredTable.store(db, await this.#query(name), this.#signal);
    using comparison = this.#compare(name);
    const [before, after] = [comparison.before.run, comparison.after.run];
    const userTypes = comparison.after.userTypes.map(({ id }) => id);
    const counting = runSteps(comparison.countInSteps(), this.#signal).then((counts) => {
      return { before, after, userTypes, counts };
    });
    this.#changes.set(JSON.stringify(name), counting);
    await counting;
    return await StoredTable.store(db, changeTable(comparison), this.#signal);
  }

  async #query(name: Exclude<TableName, { of: 'changes' }>): Promise<AnyTable> {
    const { view } = this;
    if (name.of === 'leavers') return leaverTable(view);
    if (name.of === 'grants') {
      const { principal, resource, type } = name;
      return grantTable(view, { principal, resource, types: type === undefined ? undefined : [type] });
    }
    const { type } = name;
    if (type === undefined) return resourceTable(view, 'resources', { keepsNames: true });
    return countedTable(view, type, await this.counts());
  }

  isUserType(type: string): boolean {
    return this.view.userTypes.some(({ id }) => id === type);
  }

  #compare({ before, after }: ComparedSyncs): SyncComparison {
    if (before === after) throw new RequestError(400, 'choose two different syncs');
    const { runs } = this.syncs;
    const [from, to] = [before, after].map((id) => this.syncs.view(findRun(runs, id)));
    if (!from || !to) throw new RequestError(404, 'there is no such sync');
    return new SyncComparison(from, to);
  }

  async #dropOld(): Promise<void> {
    for (const [key, old] of [...this.#tables].slice(0, -tablesMax)) {
      const table = await old.catch(() => undefined);
      if (table?.isInUse || !this.#tables.delete(key)) continue;
      table?.drop();
    }
  }
}
