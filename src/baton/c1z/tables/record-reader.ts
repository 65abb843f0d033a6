// Reads the rows of a .c1z database.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import { EntitlementSchema } from '#gen/c1/connector/v2/entitlement_pb.js';
import { GrantSchema } from '#gen/c1/connector/v2/grant_pb.js';
import { type ResourceId, ResourceSchema, ResourceTypeSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { damagedError, readDatabase } from '../file/storage-error.ts';
import { resourceKey } from './schema.ts';

/** Which rows of a listing: those after a row, in the order in which they were written. */
export interface RowRange {
  /** The row id of the last row of the previous page. Default: 0, for the first page. */
  readonly afterRowId?: number | undefined;
  /** Maximum number of rows. Default: 1000. */
  readonly limit?: number | undefined;
}

interface ResourceFilter {
  /** Only resources of this type, or of these. */
  readonly resourceTypeId?: string | readonly string[] | undefined;
}

const pageRows = 1000;

/** A stored row. Its message is decoded each time it is read. */
export class StoredRow<Desc extends DescMessage> {
  readonly #desc: Desc;
  /** Grows in the order in which rows were written: the cursor for the next page. */
  readonly rowId: number;
  readonly externalId: string;
  readonly data: Uint8Array;
  /** For a grant: the `GrantExpandable` that was taken out of the message, encoded. */
  readonly expansion: Uint8Array | undefined;

  constructor(desc: Desc, row: Record<string, unknown>) {
    this.#desc = desc;
    this.rowId = row.id as number;
    this.externalId = row.external_id as string;
    this.data = row.data as Uint8Array;
    this.expansion = (row.expansion as Uint8Array | null | undefined) ?? undefined;
  }

  get message(): MessageShape<Desc> {
    try {
      return fromBinary(this.#desc, this.data);
    } catch (error) {
      throw damagedError(error);
    }
  }
}

type Conditions = Record<string, string | readonly string[] | undefined>;

/** Reads the rows of one run, or of all runs together. Rows can be written in between. */
export class RecordReader {
  readonly #db: DatabaseSync;
  readonly #syncId: string | undefined;
  readonly #statements = new Map<string, StatementSync>();

  /** @param syncId - Undefined for all runs. */
  constructor(db: DatabaseSync, syncId: string | undefined) {
    this.#db = db;
    this.#syncId = syncId;
  }

  resourceTypes(range: RowRange = {}): StoredRow<typeof ResourceTypeSchema>[] {
    return this.#page(ResourceTypeSchema, 'v1_resource_types', {}, range);
  }

  resources({ resourceTypeId, ...range }: ResourceFilter & RowRange = {}): StoredRow<typeof ResourceSchema>[] {
    return this.#page(ResourceSchema, 'v1_resources', { resource_type_id: resourceTypeId }, range);
  }

  entitlements(range: RowRange = {}): StoredRow<typeof EntitlementSchema>[] {
    return this.#page(EntitlementSchema, 'v1_entitlements', {}, range);
  }

  grants(range: RowRange = {}): StoredRow<typeof GrantSchema>[] {
    return this.#page(GrantSchema, 'v1_grants', {}, range);
  }

  resource(id: Pick<ResourceId, 'resourceType' | 'resource'>): StoredRow<typeof ResourceSchema> | undefined {
    return this.#one(ResourceSchema, 'v1_resources', resourceKey(id.resourceType, id.resource));
  }

  entitlement(id: string): StoredRow<typeof EntitlementSchema> | undefined {
    return this.#one(EntitlementSchema, 'v1_entitlements', id);
  }

  /** Reads the whole table unless the grants have their indexes. */
  grant(id: string): StoredRow<typeof GrantSchema> | undefined {
    return this.#one(GrantSchema, 'v1_grants', id);
  }

  *allResourceTypes(): Generator<MessageShape<typeof ResourceTypeSchema>> {
    yield* messages((range) => this.resourceTypes(range));
  }

  *allResources(filter?: ResourceFilter): Generator<MessageShape<typeof ResourceSchema>> {
    yield* messages((range) => this.resources({ ...filter, ...range }));
  }

  *allEntitlements(): Generator<MessageShape<typeof EntitlementSchema>> {
    yield* messages((range) => this.entitlements(range));
  }

  /** The entitlements with an annotation. Only they are decoded, and perhaps a few that contain its name elsewhere. */
  *entitlementsCarrying(annotation: DescMessage): Generator<MessageShape<typeof EntitlementSchema>> {
    yield* messages((range) => this.#page(EntitlementSchema, 'v1_entitlements', {}, range, annotation.typeName));
  }

  /** The entitlements of a resource. */
  *entitlementsOf(
    id: Pick<ResourceId, 'resourceType' | 'resource'>,
  ): Generator<MessageShape<typeof EntitlementSchema>> {
    const conditions = { resource_type_id: id.resourceType, resource_id: id.resource };
    yield* messages((range) => this.#page(EntitlementSchema, 'v1_entitlements', conditions, range));
  }

  /** The grants of an entitlement. */
  *grantRowsOf(entitlementId: string): Generator<StoredRow<typeof GrantSchema>> {
    yield* rows((range) => this.#page(GrantSchema, 'v1_grants', { entitlement_id: entitlementId }, range));
  }

  /** The grants that contain a text. */
  *grantRowsNaming(text: string): Generator<StoredRow<typeof GrantSchema>> {
    yield* rows((range) => this.#page(GrantSchema, 'v1_grants', {}, range, text));
  }

  *allGrants(): Generator<MessageShape<typeof GrantSchema>> {
    yield* messages((range) => this.grants(range));
  }

  #page<Desc extends DescMessage>(
    desc: Desc,
    table: string,
    conditions: Conditions,
    { afterRowId = 0, limit = pageRows }: RowRange,
    contained?: string,
  ): StoredRow<Desc>[] {
    const given = Object.entries({ sync_id: this.#syncId, ...conditions }).flatMap(([column, value]) =>
      value === undefined ? [] : [{ column, values: [value].flat() }],
    );
    const where = given.map(({ column, values }) => `${column} in (${values.map(() => '?').join(', ')}) and `).join('');
    const sql = `select ${table === 'v1_grants' ? 'id, external_id, data, expansion' : 'id, external_id, data'}
      from ${table} where ${where} id > ? ${contained === undefined ? '' : 'and instr(data, cast(? as blob)) > 0'}
      order by id limit ?`;
    const parameters = [
      ...given.flatMap(({ values }) => values),
      afterRowId,
      ...(contained === undefined ? [] : [contained]),
      limit,
    ];
    return readDatabase(() => this.#statement(sql).all(...parameters)).map((row) => new StoredRow(desc, row));
  }

  #one<Desc extends DescMessage>(desc: Desc, table: string, externalId: string): StoredRow<Desc> | undefined {
    const ofRun = this.#syncId === undefined ? [] : [this.#syncId];
    const sql = `select * from ${table} where external_id = ? ${ofRun.length ? 'and sync_id = ?' : 'limit 1'}`;
    const row = readDatabase(() => this.#statement(sql).get(externalId, ...ofRun));
    return row && new StoredRow(desc, row);
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

function* messages<Desc extends DescMessage>(
  read: (range: RowRange) => StoredRow<Desc>[],
): Generator<MessageShape<Desc>> {
  for (const row of rows(read)) yield row.message;
}

function* rows<Desc extends DescMessage>(read: (range: RowRange) => StoredRow<Desc>[]): Generator<StoredRow<Desc>> {
  let afterRowId = 0;
  for (;;) {
    const page = read({ afterRowId, limit: pageRows });
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < pageRows) return;
    // A page of a damaged database that comes again would come forever.
    if (last.rowId <= afterRowId) throw damagedError('rows out of order');
    afterRowId = last.rowId;
  }
}
