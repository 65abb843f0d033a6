// The tables that queries fill: one definition for text, JSON and spreadsheets.
import type { SyncComparison } from './compare-syncs.ts';
import { type Leaver, LeaverSearch } from './find-leavers.ts';
import { type GrantFilter, type GrantView, listGrants } from './list-grants.ts';
import { type EntitlementFilter, listEntitlements, listResources, type ResourceFilter } from './list-resources.ts';
import {
  entitlementRecord,
  grantChangeRecord,
  grantRecord,
  type JsonRecord,
  leaverRecord,
  resourceChangeRecord,
  resourceRecord,
} from './records.ts';
import type { ResourceView } from './resource-view.ts';
import type { EntitlementView, SyncView } from './sync-view.ts';

export type Cell = string | number;

export interface Column<Row> {
  /** In snake_case: the head of a column of a spreadsheet. */
  readonly name: string;
  readonly cell: (row: Row) => Cell;
  /** Its head in text. Absent: it is only for spreadsheets. */
  readonly title?: string | undefined;
}

export interface Table<Row> {
  /** The key of its rows in JSON, and the name of a sheet. */
  readonly name: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: IteratorObject<Row>;
  readonly toJson: (row: Row) => JsonRecord;
  readonly prepare?: AnyTable['prepare'];
}

/** Any table: who shows it needs not know its rows. */
export interface AnyTable {
  readonly name: string;
  /** Of columns that text has. */
  readonly titles: readonly string[];
  textRows(): IteratorObject<readonly Cell[]>;
  readonly columnNames: readonly string[];
  cellRows(): IteratorObject<readonly Cell[]>;
  records(): IteratorObject<JsonRecord>;
  /**
   * What takes long before the first row, in steps of some milliseconds, for those who have something else to do as well.
   * Whoever begins it runs it to its end. Rows do it themselves otherwise.
   */
  readonly prepare?: (() => Generator<void>) | undefined;
}

function defineTable<Row>({ name, columns, rows, toJson, prepare }: Table<Row>): AnyTable {
  const shown = columns.filter(({ title }) => title !== undefined);
  return {
    name,
    prepare,
    titles: shown.map(({ title = '' }) => title),
    textRows: () => rows.map((row) => shown.map(({ cell }) => cell(row))),
    columnNames: columns.map((column) => column.name),
    cellRows: () => rows.map((row) => columns.map(({ cell }) => cell(row))),
    records: () => rows.map(toJson),
  };
}

export function resourceTable(view: SyncView, name: string, filter: ResourceFilter): AnyTable {
  const types = filter.types ?? view.types.map(({ id }) => id);
  const hasUsers = view.userTypes.some(({ id }) => types.includes(id));
  return defineTable<ResourceView>({
    name,
    rows: listResources(view, filter),
    toJson: resourceRecord,
    columns: [
      { name: 'type', title: types.length > 1 ? 'TYPE' : undefined, cell: ({ type }) => type },
      { name: 'name', title: 'NAME', cell: ({ name: called }) => called },
      { name: 'email', title: hasUsers ? 'EMAIL' : undefined, cell: ({ email }) => email },
      { name: 'status', title: hasUsers ? 'STATUS' : undefined, cell: ({ status = '' }) => status },
      { name: 'status_details', cell: ({ statusDetails }) => statusDetails },
      { name: 'logins', cell: ({ logins }) => logins.join(' ') },
      { name: 'employee_ids', cell: ({ employeeIds }) => employeeIds.join(' ') },
      { name: 'last_login', cell: ({ lastLogin }) => lastLogin?.toISOString() ?? '' },
      { name: 'created_at', cell: ({ createdAt }) => createdAt?.toISOString() ?? '' },
      { name: 'description', cell: ({ description }) => description },
      { name: 'parent', cell: ({ parent }) => (parent ? `${parent.type}:${parent.id}` : '') },
      { name: 'profile', cell: ({ profile }) => (Object.keys(profile).length > 0 ? toText(profile) : '') },
      { name: 'id', title: hasUsers ? undefined : 'ID', cell: ({ id }) => id },
    ],
  });
}

export function entitlementTable(view: SyncView, filter: EntitlementFilter): AnyTable {
  return defineTable<EntitlementView>({
    name: 'entitlements',
    rows: listEntitlements(view, filter),
    toJson: (entitlement) => entitlementRecord(view, entitlement),
    columns: [
      { name: 'resource_type', title: 'TYPE', cell: ({ resource }) => resource.type },
      { name: 'resource', title: 'RESOURCE', cell: ({ resource }) => view.refOf(resource).name },
      { name: 'slug', title: 'ENTITLEMENT', cell: ({ slug }) => slug },
      { name: 'name', title: 'NAME', cell: ({ name }) => name },
      { name: 'description', cell: ({ description }) => description },
      { name: 'purpose', cell: ({ purpose }) => purpose },
      { name: 'grantable_to', cell: ({ grantableTo }) => grantableTo.join(' ') },
      { name: 'resource_id', cell: ({ resource }) => resource.id },
      { name: 'id', cell: ({ id }) => id },
    ],
  });
}

/** @param shows - What text shows of each grant: not what all have in common. Default: everything. */
export function grantTable(view: SyncView, filter: GrantFilter, shows?: 'principals' | 'resources'): AnyTable {
  const principal = (title: string) => (shows === 'resources' ? undefined : title);
  const resource = (title: string) => (shows === 'principals' ? undefined : title);
  return defineTable<GrantView>({
    name: 'grants',
    rows: listGrants(view, filter),
    toJson: (grant) => grantRecord(view, grant),
    columns: [
      { name: 'principal', title: principal('WHO'), cell: (grant) => grant.principal.name },
      { name: 'email', title: principal('EMAIL'), cell: (grant) => grant.principal.email },
      {
        name: 'status',
        title: principal('STATUS'),
        cell: (grant) => grant.principal.status ?? (grant.principal.isListed ? '' : 'gone'),
      },
      { name: 'resource_type', title: resource('TYPE'), cell: (grant) => grant.resource.type },
      { name: 'resource', title: resource('RESOURCE'), cell: (grant) => grant.resource.name },
      { name: 'entitlement', title: 'ENTITLEMENT', cell: (grant) => grant.entitlement.slug },
      { name: 'how', title: 'HOW', cell: (grant) => describeWay(view, grant) },
      { name: 'details', title: 'DETAILS', cell: ({ details }) => describeDetails(details) },
      { name: 'principal_type', cell: (grant) => grant.principal.type },
      { name: 'principal_id', cell: (grant) => grant.principal.id },
      { name: 'resource_id', cell: (grant) => grant.resource.id },
      { name: 'entitlement_name', cell: (grant) => grant.entitlement.name },
      { name: 'entitlement_id', cell: (grant) => grant.entitlement.id },
      { name: 'id', cell: ({ id }) => id },
    ],
  });
}

/** Empty for a grant that is direct alone, as most are. */
function describeWay(view: SyncView, { isDirect, via }: GrantView): string {
  if (via.length === 0) return '';
  const sources = via.map((id) => {
    const source = view.entitlement(id);
    return source ? `${view.refOf(source.resource).name} ${source.slug}` : id;
  });
  return `${isDirect ? 'direct, and ' : ''}via ${sources.join(', ')}`;
}

function describeDetails(details: Readonly<Record<string, unknown>>): string {
  return Object.entries(details)
    .map(([key, value]) => `${key} ${toText(value)}`)
    .join(', ');
}

export function leaverTable(view: SyncView): AnyTable {
  const search = new LeaverSearch(view);
  return defineTable<Leaver>({
    name: 'leavers',
    prepare: () => search.findSuspects(),
    rows: search.leavers(),
    toJson: leaverRecord,
    columns: [
      { name: 'name', title: 'NAME', cell: ({ principal }) => principal.name },
      { name: 'email', title: 'EMAIL', cell: ({ principal }) => principal.email },
      { name: 'reason', title: 'REASON', cell: ({ reason }) => reason },
      { name: 'grants', title: 'GRANTS', cell: ({ grants }) => grants },
      {
        name: 'grants_by_type',
        title: 'STILL HOLDS',
        cell: ({ grantsByType }) => Array.from(grantsByType, ([type, count]) => `${count} ${type}`).join(', '),
      },
      { name: 'type', cell: ({ principal }) => principal.type },
      { name: 'id', cell: ({ principal }) => principal.id },
    ],
  });
}

/** What changed, a row for each resource and each grant. */
export function changeTable(comparison: SyncComparison): AnyTable {
  const records = function* () {
    yield* comparison.resources().map(resourceChangeRecord);
    yield* comparison.grants().map(grantChangeRecord);
  };
  const column = (name: string) => ({ name, cell: (row: Readonly<Record<string, Cell>>) => row[name] ?? '' });
  const rows = function* (): Generator<Readonly<Record<string, Cell>>> {
    for (const change of comparison.resources()) {
      const { type, id, name, email } = change.resource;
      const fields = change.kind === 'changed' ? change.fields : [];
      yield {
        ...{ of: 'resource', change: change.kind, type, id, name, email },
        before: fields.map(({ field, before }) => `${field}: ${toText(before)}`).join('; '),
        after: fields.map(({ field, after }) => `${field}: ${toText(after)}`).join('; '),
      };
    }
    for (const change of comparison.grants()) {
      const { type, id, name, email } = change.principal;
      yield {
        ...{ of: 'grant', change: change.kind, type, id, name, email },
        before: change.kind === 'granted' ? '' : change.before.entitlement.name,
        before_id: change.kind === 'granted' ? '' : change.before.entitlement.id,
        after: change.kind === 'revoked' ? '' : change.after.entitlement.name,
        after_id: change.kind === 'revoked' ? '' : change.after.entitlement.id,
      };
    }
  };
  const names = ['of', 'change', 'type', 'name', 'email', 'before', 'after', 'id', 'before_id', 'after_id'];
  return {
    ...defineTable({ name: 'changes', rows: rows(), columns: names.map(column), toJson: (row) => row }),
    prepare: () => comparison.collect(),
    records,
  };
}

/** A value of JSON, as text in a cell. */
export function toText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (value instanceof Date) return value.toISOString();
  return JSON.stringify(value);
}
