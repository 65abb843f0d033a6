// Lists the resources and entitlements of a sync.
import { type ResourceKey, type ResourceView, type Status, toResourceView } from './resource-view.ts';
import { type EntitlementView, type SyncView, toEntitlementView } from './sync-view.ts';

/** The part of a listing to read. */
export interface PageRange {
  /** Only rows after this `rowId`, of the last row before. Default: from the first row. */
  readonly afterRowId?: number | undefined;
  /** Default: all. */
  readonly limit?: number | undefined;
}

export interface ResourceFilter extends PageRange {
  /** Only resources of these types. Default: of all. */
  readonly types?: readonly string[] | undefined;
  readonly status?: Status | undefined;
  /** Whether to keep the names of all that are read, for {@link SyncView.refOf}: 0.2 kB each. Default: false. */
  readonly keepsNames?: boolean | undefined;
}

/** Lists resources in the order in which they were synced. */
export function listResources(view: SyncView, filter: ResourceFilter = {}): IteratorObject<ResourceView> {
  const { types, status, keepsNames = false, afterRowId = 0, limit = Number.POSITIVE_INFINITY } = filter;
  const rows = view.iterate(
    `select id, data from ${view.schema}.v1_resources where id > ? and sync_id = ? ${ofTypes(types)} order by id`,
    ...[afterRowId, view.run.syncId, ...(types ? [JSON.stringify(types)] : [])],
  );
  return rows
    .map((row) => {
      const resource = toResourceView(Number(row.id), row.data as Uint8Array);
      if (keepsNames) view.keepName(resource);
      return resource;
    })
    .filter((resource) => status === undefined || resource.status === status)
    .take(limit);
}

export interface EntitlementFilter extends PageRange {
  readonly resource?: ResourceKey | undefined;
  /** Only of resources of these types. */
  readonly types?: readonly string[] | undefined;
}

/** Lists entitlements in the order in which they were synced. */
export function listEntitlements(view: SyncView, filter: EntitlementFilter = {}): IteratorObject<EntitlementView> {
  const { resource, types, afterRowId = 0, limit } = filter;
  const rows = view.iterate(
    `select id, resource_type_id, resource_id, data from ${view.schema}.v1_entitlements where id > ? and sync_id = ?
      ${resource ? 'and resource_type_id = ? and resource_id = ?' : ''}
      ${ofTypes(types)} order by id limit ?`,
    ...[afterRowId, view.run.syncId, ...(resource ? [resource.type, resource.id] : [])],
    ...[...(types ? [JSON.stringify(types)] : []), limit ?? -1],
  );
  return rows.map(toEntitlementView);
}

/**
 * The condition that a row is of one of some types: `types` as JSON is its parameter. An index is used for a single type
 * alone: for several, SQLite would sort everything to have it in order.
 */
export function ofTypes(types: readonly string[] | undefined): string {
  if (types === undefined) return '';
  return types.length === 1
    ? "and resource_type_id = json_extract(?, '$[0]')"
    : 'and +resource_type_id in (select value from json_each(?))';
}
