// Reads rows of a .c1z database: pages, single rows, counts.

import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import { EntitlementSchema } from '#gen/c1/connector/v2/entitlement_pb.js';
import { GrantSchema } from '#gen/c1/connector/v2/grant_pb.js';
import { type ResourceId, ResourceSchema, ResourceTypeSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { resourceKey } from './schema.ts';

/** Which rows of a listing: those behind a row, in the order that they were written. */
export interface RowRange {
  /** The row id of the last row of the former page. */
  readonly afterRowId?: number | undefined;
  readonly limit?: number | undefined;
}

export interface ResourceFilter extends RowRange {
  readonly resourceTypeId?: string | undefined;
  readonly parent?: ResourceId | undefined;
}

export interface EntitlementFilter extends RowRange {
  readonly resource?: ResourceId | undefined;
}

/** A filter by anything but `expandable` is quick only with the indexes of the grants. */
export interface GrantFilter extends RowRange {
  readonly entitlementId?: string | undefined;
  /** The resource of the entitlement. */
  readonly resource?: ResourceId | undefined;
  readonly principal?: ResourceId | undefined;
  /** `all`: grants that carry a `GrantExpandable`; `pending`: those whose expansion was not done yet. */
  readonly expandable?: 'all' | 'pending' | undefined;
}

const pageRows = 1000;

/** A stored row. The message is decoded when it is asked for, each time. */
export class StoredRow<Desc extends DescMessage> {
  readonly #desc: Desc;
  /** Grows in the order that rows were written: the cursor for the next page. */
  readonly rowId: number;
  readonly externalId: string;
  readonly data: Uint8Array;
  /** Of a grant: the `GrantExpandable` that was taken out of the message, encoded. */
  readonly expansion: Uint8Array | undefined;

  constructor(desc: Desc, row: Record<string, unknown>) {
    this.#desc = desc;
    this.rowId = row.id as number;
    this.externalId = row.external_id as string;
    this.data = row.data as Uint8Array;
    this.expansion = (row.expansion as Uint8Array | null | undefined) ?? undefined;
  }

  get message(): MessageShape<Desc> {
    return fromBinary(this.#desc, this.data);
  }
}

type Conditions = Record<string, SQLInputValue | undefined>;

/** The rows of one run, or of all runs together where a file has none to show. Reading while rows are written is fine. */
export class RecordReader {
  readonly #db: DatabaseSync;
  readonly #syncId: string | undefined;
  readonly #beforeGrants: () => void;
  readonly #statements = new Map<string, StatementSync>();

  /** @param beforeGrants - Called before grants are read. */
  constructor(db: DatabaseSync, syncId: string | undefined, beforeGrants: () => void = () => {}) {
    this.#db = db;
    this.#syncId = syncId;
    this.#beforeGrants = beforeGrants;
  }

  resourceTypes(range: RowRange = {}): StoredRow<typeof ResourceTypeSchema>[] {
    return this.#page(ResourceTypeSchema, 'v1_resource_types', {}, range);
  }

  resources(filter: ResourceFilter = {}): StoredRow<typeof ResourceSchema>[] {
    const conditions = {
      'resource_type_id =': filter.resourceTypeId,
      'parent_resource_type_id =': filter.parent?.resourceType,
      'parent_resource_id =': filter.parent?.resource,
    };
    return this.#page(ResourceSchema, 'v1_resources', conditions, filter);
  }

  entitlements(filter: EntitlementFilter = {}): StoredRow<typeof EntitlementSchema>[] {
    return this.#page(EntitlementSchema, 'v1_entitlements', ofResource(filter.resource), filter);
  }

  grants(filter: GrantFilter = {}): StoredRow<typeof GrantSchema>[] {
    this.#beforeGrants();
    const conditions: Conditions = {
      'entitlement_id =': filter.entitlementId,
      ...ofResource(filter.resource),
      'principal_resource_type_id =': filter.principal?.resourceType,
      'principal_resource_id =': filter.principal?.resource,
    };
    const expandable = { all: 'expansion is not null', pending: 'needs_expansion = 1', any: '' };
    return this.#page(GrantSchema, 'v1_grants', conditions, filter, expandable[filter.expandable ?? 'any']);
  }

  resourceType(id: string): StoredRow<typeof ResourceTypeSchema> | undefined {
    return this.#one(ResourceTypeSchema, 'v1_resource_types', id);
  }

  resource(id: Pick<ResourceId, 'resourceType' | 'resource'>): StoredRow<typeof ResourceSchema> | undefined {
    return this.#one(ResourceSchema, 'v1_resources', resourceKey(id.resourceType, id.resource));
  }

  entitlement(id: string): StoredRow<typeof EntitlementSchema> | undefined {
    return this.#one(EntitlementSchema, 'v1_entitlements', id);
  }

  /** Quick only with the indexes of the grants. */
  grant(id: string): StoredRow<typeof GrantSchema> | undefined {
    this.#beforeGrants();
    return this.#one(GrantSchema, 'v1_grants', id);
  }

  hasResource(resourceTypeId: string, resourceId: string): boolean {
    return this.#exists('v1_resources', resourceKey(resourceTypeId, resourceId));
  }

  hasEntitlement(id: string): boolean {
    return this.#exists('v1_entitlements', id);
  }

  *allResourceTypes(): Generator<MessageShape<typeof ResourceTypeSchema>> {
    yield* messages((range) => this.resourceTypes(range));
  }

  *allResources(filter?: Omit<ResourceFilter, keyof RowRange>): Generator<MessageShape<typeof ResourceSchema>> {
    yield* messages((range) => this.resources({ ...filter, ...range }));
  }

  *allEntitlements(
    filter?: Omit<EntitlementFilter, keyof RowRange>,
  ): Generator<MessageShape<typeof EntitlementSchema>> {
    yield* messages((range) => this.entitlements({ ...filter, ...range }));
  }

  *allGrants(filter?: Omit<GrantFilter, keyof RowRange>): Generator<MessageShape<typeof GrantSchema>> {
    yield* messages((range) => this.grants({ ...filter, ...range }));
  }

  #page<Desc extends DescMessage>(
    desc: Desc,
    table: string,
    conditions: Conditions,
    { afterRowId = 0, limit = pageRows }: RowRange,
    extra = '',
  ): StoredRow<Desc>[] {
    const given = { 'sync_id =': this.#syncId, ...conditions, 'id >': afterRowId };
    const where = Object.entries(given).filter(([, value]) => value !== undefined);
    const sql = `select ${table === 'v1_grants' ? 'id, external_id, data, expansion' : 'id, external_id, data'}
      from ${table} where ${[...where.map(([name]) => `${name} ?`), ...(extra ? [extra] : [])].join(' and ')}
      order by id limit ?`;
    const parameters = [...where.map(([, value]) => value as SQLInputValue), limit];
    return this.#statement(sql)
      .all(...parameters)
      .map((row) => new StoredRow(desc, row));
  }

  #one<Desc extends DescMessage>(desc: Desc, table: string, externalId: string): StoredRow<Desc> | undefined {
    const row = this.#byExternalId(table, '*', externalId);
    return row && new StoredRow(desc, row);
  }

  #exists(table: string, externalId: string): boolean {
    return this.#byExternalId(table, 'id', externalId) !== undefined;
  }

  #byExternalId(table: string, columns: string, externalId: string): Record<string, unknown> | undefined {
    const ofRun = this.#syncId === undefined ? [] : [this.#syncId];
    const sql = `select ${columns} from ${table} where external_id = ? ${ofRun.length ? 'and sync_id = ?' : 'limit 1'}`;
    return this.#statement(sql).get(externalId, ...ofRun);
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function ofResource(resource: ResourceId | undefined): Conditions {
  return { 'resource_type_id =': resource?.resourceType, 'resource_id =': resource?.resource };
}

function* messages<Desc extends DescMessage>(
  read: (range: RowRange) => StoredRow<Desc>[],
): Generator<MessageShape<Desc>> {
  let afterRowId = 0;
  for (;;) {
    const rows = read({ afterRowId, limit: pageRows });
    for (const row of rows) yield row.message;
    const last = rows.at(-1);
    if (!last || rows.length < pageRows) return;
    afterRowId = last.rowId;
  }
}
