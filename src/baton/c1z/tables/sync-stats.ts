// Counts the rows of a sync run, and converts the counts to and from JSON as the Go SDK does.
import type { DatabaseSync } from 'node:sqlite';

/** The number of rows of a sync run. The maps are by resource type id. */
export interface SyncStats {
  readonly resourceTypes: number;
  readonly resources: number;
  readonly entitlements: number;
  readonly grants: number;
  /** Includes every listed type, even one without resources. */
  readonly resourcesByType: ReadonlyMap<string, number>;
  /** By the type of the entitlement's resource. */
  readonly grantsByType: ReadonlyMap<string, number>;
  readonly entitlementsByType: ReadonlyMap<string, number>;
  readonly assets: number;
}

/**
 * Counts the rows of a run. Resources of a type that the run does not list are not counted. A `resources_only` run counts
 * no entitlements and no grants.
 * @param schema - The database within the connection.
 */
export function countRows(db: DatabaseSync, syncId: string, syncType: string, schema = 'main'): SyncStats {
  const resourcesByType = new Map<string, number>();
  const types = db.prepare(
    `select external_id from ${schema}.v1_resource_types where sync_id = ? order by external_id`,
  );
  for (const row of types.iterate(syncId)) resourcesByType.set(String(row.external_id), 0);
  const resourceTypes = resourcesByType.size;
  for (const [type, count] of countByType(db, `${schema}.v1_resources`, syncId)) {
    if (resourcesByType.has(type)) resourcesByType.set(type, count);
  }

  const resourcesOnly = syncType === 'resources_only';
  const entitlementsByType = resourcesOnly ? new Map() : countByType(db, `${schema}.v1_entitlements`, syncId);
  const grantsByType = resourcesOnly ? new Map() : countByType(db, `${schema}.v1_grants`, syncId);
  return {
    resourceTypes,
    resources: sum(resourcesByType),
    entitlements: sum(entitlementsByType),
    grants: sum(grantsByType),
    resourcesByType,
    grantsByType,
    entitlementsByType,
    assets: Number(db.prepare(`select count(*) as n from ${schema}.v1_assets where sync_id = ?`).get(syncId)?.n),
  };
}

/**
 * Counts the grants of a run by resource type and slug: `course completed`. The slug is the part of an entitlement's id
 * after type and resource.
 */
export function countGrantsBySlug(db: DatabaseSync, syncId: string): Map<string, number> {
  const sql = `select resource_type_id || ' ' ||
      substr(entitlement_id, length(resource_type_id) + length(resource_id) + 3) as kind, count(*) as n
    from v1_grants not indexed where sync_id = ? group by kind`;
  return new Map(
    db
      .prepare(sql)
      .all(syncId)
      .map((row) => [String(row.kind), Number(row.n)]),
  );
}

/** One pass over the table: with an index on the type, SQLite would look up each row to see its run. */
function countByType(db: DatabaseSync, table: string, syncId: string): Map<string, number> {
  const sql = `select resource_type_id as type, count(*) as n from ${table} not indexed where sync_id = ?
    group by resource_type_id order by resource_type_id`;
  return new Map(
    db
      .prepare(sql)
      .all(syncId)
      .map((row) => [String(row.type), Number(row.n)]),
  );
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}

/** Converts stats to the JSON in `v1_sync_runs.stats`: without zero and empty fields, with keys in order. */
export function statsToJson(stats: SyncStats): string {
  const fields: readonly (readonly [name: string, json: string | undefined])[] = [
    ['resource_types', count(stats.resourceTypes)],
    ['resources', count(stats.resources)],
    ['entitlements', count(stats.entitlements)],
    ['grants', count(stats.grants)],
    ['resources_by_resource_type', counts(stats.resourcesByType)],
    ['grants_by_resource_type', counts(stats.grantsByType)],
    ['entitlements_by_resource_type', counts(stats.entitlementsByType)],
    ['assets', count(stats.assets)],
  ];
  const present = fields.filter(([, json]) => json !== undefined);
  return `{${present.map(([name, json]) => `"${name}":${json}`).join(',')}}`;
}

function count(value: number): string | undefined {
  return value === 0 ? undefined : String(value);
}

function counts(byType: ReadonlyMap<string, number>): string | undefined {
  if (byType.size === 0) return undefined;
  const entries = [...byType].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `{${entries.map(([type, n]) => `${JSON.stringify(type)}:${n}`).join(',')}}`;
}

/** Parses stored stats. Undefined if they are absent or malformed: they can be counted again. */
export function statsFromJson(json: string | null): SyncStats | undefined {
  if (json === null || json === '') return undefined;
  const stored = parseObject(json);
  if (!stored) return undefined;
  const number = (name: string) => Number(stored[name] ?? 0);
  const map = (name: string) => new Map(Object.entries(stored[name] ?? {}).map(([type, n]) => [type, Number(n)]));
  return {
    resourceTypes: number('resource_types'),
    resources: number('resources'),
    entitlements: number('entitlements'),
    grants: number('grants'),
    resourcesByType: map('resources_by_resource_type'),
    grantsByType: map('grants_by_resource_type'),
    entitlementsByType: map('entitlements_by_resource_type'),
    assets: number('assets'),
  };
}

function parseObject(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
