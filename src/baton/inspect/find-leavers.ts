// Finds who should have nothing any more, and still does: accounts that are disabled, deleted or gone.
import { listResources } from './list-resources.ts';
import type { ResourceRef } from './resource-view.ts';
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

interface Suspect {
  readonly principal: ResourceRef;
  readonly reason: Leaver['reason'];
}

/** Takes some milliseconds. */
const rowsPerStep = 200;

/** Part of the name of each annotation that says that a principal is of another file. */
const ofOtherFile = 'c1.connector.v2.ExternalResourceMatch';

/** Looks for leavers in a sync. Only the names of those who could be one are in memory. */
export class LeaverSearch {
  readonly #view: SyncView;
  #suspects: readonly Suspect[] | undefined;

  constructor(view: SyncView) {
    this.#view = view;
  }

  /**
   * Finds the accounts that are disabled, deleted or gone, in steps of some milliseconds. Whoever begins it runs it to its
   * end, which {@link leavers} does otherwise.
   */
  *findSuspects(): Generator<void> {
    if (this.#suspects) return;
    const userTypes = this.#view.userTypes.map(({ id }) => id);
    const suspects: Suspect[] = [];
    let read = 0;
    for (const { type, id, name, email, status } of listResources(this.#view, { types: userTypes })) {
      if (++read % rowsPerStep === 0) yield;
      if (status !== 'disabled' && status !== 'deleted') continue;
      suspects.push({ principal: { type, id, name, email, status, isListed: true }, reason: status });
    }
    for (const type of userTypes) {
      for (const page of missingPrincipals(this.#view, type)) {
        for (const id of page) suspects.push({ principal: this.#view.refOf({ type, id }), reason: 'gone' });
        yield;
      }
    }
    this.#suspects = suspects;
  }

  /** Lists them: those that the sync lists, in its order, then those that are gone. */
  *leavers(): Generator<Leaver> {
    for (const _ of this.findSuspects());
    for (const suspect of this.#suspects ?? []) yield* this.#withGrants(suspect);
  }

  *#withGrants({ principal, reason }: Suspect): Generator<Leaver> {
    const rows = this.#view.all(
      `select resource_type_id as type, count(*) as n from ${this.#view.schema}.v1_grants
        where principal_resource_type_id = ? and principal_resource_id = ? and +sync_id = ?
          and instr(data, cast('${ofOtherFile}' as blob)) = 0
        group by +resource_type_id order by 1`,
      ...[principal.type, principal.id, this.#view.run.syncId],
    );
    const grantsByType = new Map(rows.map(({ type, n }) => [String(type), Number(n)]));
    const grants = grantsByType.values().reduce((sum, count) => sum + count, 0);
    if (grants > 0) yield { principal, reason, grants, grantsByType };
  }
}

/**
 * Pages of ids of principals of a type that the sync does not list, empty ones too. SQLite jumps from one principal to the
 * next.
 */
function* missingPrincipals(view: SyncView, type: string): Generator<readonly string[]> {
  const grants = `${view.schema}.v1_grants where principal_resource_type_id = ?1`;
  const sql = `with recursive principals(value) as (
      select min(principal_resource_id) from ${grants} and principal_resource_id > cast(?3 as text)
      union all
      select (select min(principal_resource_id) from ${grants} and principal_resource_id > value)
        from principals where value is not null
      limit ?4)
    select value, cast(value as blob) as bytes, not exists
        (select 1 from ${view.schema}.v1_resources where external_id = ?1 || ':' || value and sync_id = ?2) as is_missing
      from principals where value is not null`;
  // Bytes, since a text of a damaged database may not be what it was once this program has read it. No id is empty.
  let last: Uint8Array = new Uint8Array();
  for (;;) {
    const page = view.all(sql, type, view.run.syncId, last, rowsPerStep);
    yield page.filter(({ is_missing }) => is_missing === 1).map(({ value }) => String(value));
    const end = page.at(-1)?.bytes;
    if (page.length < rowsPerStep || !(end instanceof Uint8Array)) return;
    last = end;
  }
}
