// What pages ask, and the answers: JSON.
import { resourceKey } from '../c1z/tables/schema.ts';
import { describeChangeCounts } from '../inspect/describe-changes.ts';
import { listEntitlements } from '../inspect/list-resources.ts';
import { countsRecord, entitlementRecord, resourceRecord, runRecord } from '../inspect/records.ts';
import type { ExploredFile, TableName } from './explored-file.ts';
import { countGrantsOf } from './grant-counts.ts';
import { nestedGroups } from './nested-groups.ts';
import { expectText, RequestError, readCount, readText } from './read-request.ts';
import type { StoredTable, TableRequest } from './stored-table.ts';

const pageMax = 10_000_000;
const pageSize = 50;
const pageSizeMax = 200;
/** A resource can have many more; its page is about those that are granted. */
const entitlementsMax = 200;

type Query = URLSearchParams;
type Answer = (file: ExploredFile, query: Query) => unknown;

/** By path, after `/api/`. */
export const answers: Readonly<Record<string, Answer>> = {
  file: async (file) => {
    const { view, syncs, stats } = file;
    return {
      file: syncs.path,
      file_bytes: syncs.fileBytes,
      replaced: await file.isReplaced(),
      sync: runRecord(view.run),
      syncs: syncs.runs.map(runRecord),
      resources: stats.resources,
      grants: stats.grants,
      types: view.types.map(({ id, name, traits }) => ({
        id,
        name,
        traits,
        resources: stats.resourcesByType.get(id) ?? 0,
        grants: stats.grantsByType.get(id) ?? 0,
      })),
    };
  },
  table: async (file, query) => {
    const { table, within, request } = await findRows(file, query);
    const page = readCount(query, 'page', 1, pageMax);
    const size = readCount(query, 'size', pageSize, pageSizeMax);
    const facets = (readText(query, 'facets') ?? '').split(',').filter((name) => table.columnNames.includes(name));
    return {
      columns: table.columnNames,
      ...table.page({ ...request, page, size }),
      choices: Object.fromEntries(facets.map((name) => [name, table.choices(name, within)])),
    };
  },
  resource: async (file, query) => {
    const { view } = file;
    const key = { type: expectText(query, 'type'), id: expectText(query, 'id') };
    const resource = view.resource(key);
    const entitlements = [...listEntitlements(view, { resource: key, limit: entitlementsMax })];
    if (!resource && !view.types.some(({ id }) => id === key.type)) {
      throw new RequestError(404, `this sync has no type ${JSON.stringify(key.type)}`);
    }
    const counts =
      entitlements.length < entitlementsMax
        ? countGrantsOf(view, entitlements)
        : ((await file.counts()).get(resourceKey(key.type, key.id)) ?? new Map<string, number>());
    return {
      ...(resource ? resourceRecord(resource) : { ...key, name: key.id, profile: {} }),
      listed: resource !== undefined,
      user: file.isUserType(key.type),
      parent: resource?.parent ? { ...view.refOf(resource.parent) } : null,
      entitlements: entitlements.map((each) => entitlementRecord(view, each)),
      counts: Object.fromEntries(counts),
    };
  },
  changes: async (file, query) => {
    const syncs = { before: expectText(query, 'before'), after: expectText(query, 'after') };
    const { before, after, userTypes, counts } = await file.changes(syncs);
    return {
      before: runRecord(before),
      after: runRecord(after),
      lines: describeChangeCounts(counts, userTypes),
      counts: countsRecord(counts),
    };
  },
  groups: (file) => nestedGroups(file.view),
};

/** Rows of a table. */
export interface AskedRows {
  readonly name: TableName;
  readonly table: StoredTable;
  /** Columns that do not vary in what is asked for. */
  readonly within: ReadonlyMap<string, string>;
  readonly request: TableRequest;
}

/** The rows that a query asks for. @throws RequestError */
export async function findRows(file: ExploredFile, query: Query): Promise<AskedRows> {
  const asked = readTableName(file, query);
  // People are found in the table of everything, which is there for the search.
  const userType = asked.of === 'resources' && asked.type !== undefined && file.isUserType(asked.type);
  const within = new Map(userType ? [['type', asked.type ?? '']] : []);
  const name: TableName = userType ? { of: 'resources' } : asked;
  const table = await file.table(name);
  const request = readTableRequest(query, table.columnNames);
  return { name, table, within, request: { ...request, where: new Map([...(request.where ?? []), ...within]) } };
}

/** Which table a query names. @throws RequestError */
function readTableName(file: ExploredFile, query: Query): TableName {
  const of = expectText(query, 'of');
  const type = readText(query, 'type');
  if (type !== undefined && !file.view.types.some(({ id }) => id === type)) {
    throw new RequestError(404, `this sync has no type ${JSON.stringify(type)}`);
  }
  switch (of) {
    case 'resources':
      return { of, type };
    case 'leavers':
      return { of };
    case 'changes':
      return { of, before: expectText(query, 'before'), after: expectText(query, 'after') };
    case 'grants': {
      const principal = readKey(query, 'principal');
      const resource = readKey(query, 'resource');
      if (!principal && !resource) throw new RequestError(400, 'grants: name a principal or a resource');
      return { of, principal, resource, type };
    }
    default:
      throw new RequestError(404, `there is no table ${JSON.stringify(of)}`);
  }
}

function readKey(query: Query, name: string) {
  const type = readText(query, `${name}_type`);
  return type === undefined ? undefined : { type, id: expectText(query, `${name}_id`) };
}

/** What a query says about rows. @throws RequestError */
function readTableRequest(query: Query, columnNames: readonly string[]): TableRequest {
  const sort = readText(query, 'sort');
  const where = new Map(
    Array.from(query)
      .filter(([name]) => name.startsWith('is.'))
      .map(([name, value]) => [name.slice('is.'.length), value]),
  );
  for (const name of [...where.keys(), ...(sort === undefined ? [] : [sort.replace(/^-/, '')])]) {
    if (!columnNames.includes(name)) throw new RequestError(400, `the table has no column ${JSON.stringify(name)}`);
  }
  return { search: readText(query, 'q'), where, sort };
}
