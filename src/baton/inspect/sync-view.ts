// One sync of an open .c1z file, for the queries of this folder.
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import { EntitlementSchema } from '#gen/c1/connector/v2/entitlement_pb.js';
import { ResourceType_Trait, ResourceTypeSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { readDatabase } from '../c1z/file/storage-error.ts';
import { resourceKey } from '../c1z/tables/schema.ts';
import type { SyncRun } from '../c1z/tables/sync-runs.ts';
import { decodeRow } from './decode-row.ts';
import { NameCache } from './name-cache.ts';
import { type ResourceKey, type ResourceRef, type ResourceView, toResourceView } from './resource-view.ts';

/** A resource type. */
export interface TypeView {
  readonly id: string;
  /** Its display name, or its id. */
  readonly name: string;
  readonly description: string;
  /** In lower case: `user`, `group`, `role`, `app`, …. */
  readonly traits: readonly string[];
}

/** An entitlement: what can be granted on a resource. */
export interface EntitlementView {
  readonly rowId: number;
  readonly id: string;
  /** Its display name, or its slug. */
  readonly name: string;
  /** Names it within its resource: `completed`. */
  readonly slug: string;
  readonly description: string;
  readonly resource: ResourceKey;
  /** `assignment`, `permission`, `ownership`; empty if unknown. */
  readonly purpose: string;
  /** Ids of the resource types that it can be granted to. */
  readonly grantableTo: readonly string[];
}

type Row = Record<string, SQLOutputValue>;

/** The most entitlements to keep. Grants are mostly in the order of their entitlements. */
const entitlementsMax = 2000;
const purposes = ['', 'assignment', 'permission', 'ownership'];

/**
 * The rows of one sync. It holds the resource types and a bounded number of names in memory; all else is read when it is
 * asked for. Queries are synchronous, since SQLite is.
 */
export class SyncView {
  readonly db: DatabaseSync;
  readonly run: SyncRun;
  /** The name of the database within the connection: `main`, or the one that another file is attached as. */
  readonly schema: string;
  /** In the order in which they were synced. */
  readonly types: readonly TypeView[];
  readonly #statements = new Map<string, StatementSync>();
  readonly #names = new NameCache();
  readonly #entitlements = new Map<string, EntitlementView | undefined>();

  constructor(db: DatabaseSync, run: SyncRun, schema = 'main') {
    this.db = db;
    this.run = run;
    this.schema = schema;
    this.types = this.all(`select id, data from ${schema}.v1_resource_types where sync_id = ? order by id`, run.syncId)
      .map(({ data }) => decodeRow(ResourceTypeSchema, data))
      .map(({ id, displayName, description, traits }) => ({
        id,
        name: displayName || id,
        description,
        traits: traits.map((trait) => (ResourceType_Trait[trait] ?? String(trait)).toLowerCase()),
      }));
  }

  /** The types of people and other accounts: those with the trait `user`. */
  get userTypes(): readonly TypeView[] {
    return this.types.filter(({ traits }) => traits.includes('user'));
  }

  /** A resource with everything about it; undefined if the sync does not have it. */
  resource({ type, id }: ResourceKey): ResourceView | undefined {
    const sql = `select id, data from ${this.schema}.v1_resources where external_id = ? and sync_id = ?`;
    const row = this.#get(sql, resourceKey(type, id), this.run.syncId);
    return row && toResourceView(Number(row.id), row.data as Uint8Array);
  }

  /** What a resource is called. One that the sync does not have is called by its id. */
  refOf(key: ResourceKey): ResourceRef {
    const known = this.#names.get(key);
    if (known) return known;
    const ref = toRef(key, this.resource(key));
    this.#names.add(ref);
    return ref;
  }

  /** Keeps the name of a resource that has been read: {@link refOf} need not read it again. */
  keepName(resource: ResourceView): void {
    if (!this.#names.get(resource)) this.#names.add(toRef(resource, resource));
  }

  /** An entitlement by its id; undefined if the sync does not have it. */
  entitlement(id: string): EntitlementView | undefined {
    if (this.#entitlements.has(id)) return this.#entitlements.get(id);
    const sql = `select id, resource_type_id, resource_id, data from ${this.schema}.v1_entitlements
      where external_id = ? and sync_id = ?`;
    const row = this.#get(sql, id, this.run.syncId);
    const entitlement = row && toEntitlementView(row);
    if (this.#entitlements.size === entitlementsMax) this.#entitlements.clear();
    this.#entitlements.set(id, entitlement);
    return entitlement;
  }

  all(sql: string, ...parameters: SQLInputValue[]): Row[] {
    return readDatabase(() => this.#statement(sql).all(...parameters));
  }

  /** A statement of its own: the caller may leave the loop early, and loop over another of the same text within it. */
  iterate(sql: string, ...parameters: SQLInputValue[]): IteratorObject<Row> {
    return readRows(readDatabase(() => this.db.prepare(sql).iterate(...parameters)));
  }

  #get(sql: string, ...parameters: SQLInputValue[]): Row | undefined {
    return readDatabase(() => this.#statement(sql).get(...parameters));
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function* readRows(rows: Iterator<Row>): Generator<Row> {
  try {
    for (;;) {
      const next = readDatabase(() => rows.next());
      if (next.done) return;
      yield next.value;
    }
  } finally {
    rows.return?.();
  }
}

/** Decodes the row of an entitlement: its columns `id`, `resource_type_id`, `resource_id` and `data`. */
export function toEntitlementView(row: Row): EntitlementView {
  const { id, displayName, slug, description, purpose, grantableTo } = decodeRow(EntitlementSchema, row.data);
  const resource = { type: String(row.resource_type_id), id: String(row.resource_id) };
  const name = slug || slugOf(id, resource);
  return {
    rowId: Number(row.id),
    id,
    name: displayName || name,
    slug: name,
    description,
    resource,
    purpose: purposes[purpose] ?? '',
    grantableTo: grantableTo.map((type) => type.id),
  };
}

/** The part of an entitlement's id after type and resource, or the whole id if it does not begin with them. */
export function slugOf(entitlementId: string, { type, id }: ResourceKey): string {
  const begin = `${type}:${id}:`;
  return entitlementId.startsWith(begin) ? entitlementId.slice(begin.length) : entitlementId;
}

function toRef({ type, id }: ResourceKey, resource: ResourceView | undefined): ResourceRef {
  if (!resource) return { type, id, name: id, email: '', status: undefined, isListed: false };
  const { name, email, status } = resource;
  return { type, id, name, email, status, isListed: true };
}
