// Finds who should have nothing any more, and still does: accounts that are disabled, deleted or gone.
import { listResources } from './list-resources.ts';
import type { ResourceKey, ResourceRef } from './resource-view.ts';
import type { SyncView } from './sync-view.ts';

/** Somebody who cannot sign in, and holds grants. */
export interface Leaver {
  readonly principal: ResourceRef;
  /** `gone`: the sync has grants to the account, and not the account. */
  readonly reason: 'disabled' | 'deleted' | 'gone';
  /** How many grants there are. */
  readonly grants: number;
  /** How many there are on resources of each type. */
  readonly grantsByType: ReadonlyMap<string, number>;
}

/** Part of the name of each annotation that says that a principal is of another file. */
const ofOtherFile = 'c1.connector.v2.ExternalResourceMatch';

/** Lists them: those that the sync lists, in its order, then those that are gone. */
export function* findLeavers(view: SyncView): Generator<Leaver> {
  const userTypes = view.userTypes.map(({ id }) => id);
  for (const resource of listResources(view, { types: userTypes })) {
    if (resource.status !== 'disabled' && resource.status !== 'deleted') continue;
    yield* leaver(view, resource, resource.status);
  }
  for (const key of missingPrincipals(view, userTypes)) yield* leaver(view, view.refOf(key), 'gone');
}

function* leaver(view: SyncView, principal: ResourceRef, reason: Leaver['reason']): Generator<Leaver> {
  const grantsByType = new Map(
    view
      .all(
        `select resource_type_id as type, count(*) as n from ${view.schema}.v1_grants
          where principal_resource_type_id = ? and principal_resource_id = ? and +sync_id = ?
            and instr(data, cast('${ofOtherFile}' as blob)) = 0
          group by +resource_type_id order by 1`,
        ...[principal.type, principal.id, view.run.syncId],
      )
      .map(({ type, n }) => [String(type), Number(n)]),
  );
  const grants = grantsByType.values().reduce((sum, count) => sum + count, 0);
  const { type, id, name, email, status, isListed } = principal;
  if (grants > 0) yield { principal: { type, id, name, email, status, isListed }, reason, grants, grantsByType };
}

/** Principals of types of users that the sync does not list. SQLite jumps from one principal to the next. */
function* missingPrincipals(view: SyncView, types: readonly string[]): Generator<ResourceKey> {
  const grants = `${view.schema}.v1_grants where principal_resource_type_id = ?1`;
  for (const type of types) {
    const rows = view.iterate(
      `with recursive principals(value) as (
        select min(principal_resource_id) from ${grants}
        union all
        select (select min(principal_resource_id) from ${grants} and principal_resource_id > value)
          from principals where value is not null)
      select value from principals where value is not null and not exists
        (select 1 from ${view.schema}.v1_resources where external_id = ?1 || ':' || value and sync_id = ?2)`,
      ...[type, view.run.syncId],
    );
    for (const { value } of rows) yield { type, id: String(value) };
  }
}
