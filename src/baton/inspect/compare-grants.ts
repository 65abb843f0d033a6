// What differs between the grants of two syncs: what was granted, lost, and what became something else.
import { damagedError } from '../c1z/file/storage-error.ts';
import type { ResourceRef } from './resource-view.ts';
import { type SyncView, slugOf } from './sync-view.ts';

/** One side of a changed grant. */
export interface GrantSide {
  readonly resource: ResourceRef;
  readonly entitlement: { readonly id: string; readonly slug: string; readonly name: string };
}

/**
 * A grant that only one of two syncs has. `moved` is two: a principal lost an entitlement and got another one of the same
 * resource (a course in progress that is completed), or of another resource of a type of roles (a role that changed).
 */
export type GrantChange = { readonly principal: ResourceRef } & (
  | { readonly kind: 'granted'; readonly after: GrantSide }
  | { readonly kind: 'revoked'; readonly before: GrantSide }
  | { readonly kind: 'moved'; readonly before: GrantSide; readonly after: GrantSide }
);

interface ChangedRow {
  /** Whether only the later sync has it. */
  readonly isNew: boolean;
  readonly principalType: string;
  readonly principalId: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly entitlementId: string;
}

/** Takes some milliseconds. */
const rowsPerStep = 10_000;

/** A number in the name of each table, so that two comparisons do not meet. */
let comparisons = 0;

/**
 * The changed grants of two syncs, which one connection must read. They are found by one walk through an index of each,
 * and lie in a temporary table on the disk. To be disposed of.
 */
export class GrantComparison implements Disposable {
  readonly #before: SyncView;
  readonly #after: SyncView;
  readonly #table = `temp.changed_grants_${++comparisons}`;
  readonly #roleTypes: ReadonlySet<string>;
  #isCollected = false;

  constructor(before: SyncView, after: SyncView) {
    this.#before = before;
    this.#after = after;
    const types = [...before.types, ...after.types];
    this.#roleTypes = new Set(types.filter(({ traits }) => traits.includes('role')).map(({ id }) => id));
    after.db.exec(`create table ${this.#table} (is_new integer, principal_type text, principal_id text,
      resource_type text, resource_id text, entitlement_id text)`);
  }

  /**
   * Finds the changed grants, in steps of some milliseconds. Whoever begins it runs it to its end, which {@link changes}
   * does otherwise.
   */
  *collect(): Generator<void> {
    if (this.#isCollected) return;
    yield* this.#collectFrom(this.#before, this.#after, 0);
    yield* this.#collectFrom(this.#after, this.#before, 1);
    this.#isCollected = true;
  }

  *#collectFrom(view: SyncView, other: SyncView, isNew: 0 | 1): Generator<void> {
    const index = 'indexed by idx_grants_external_sync_v1';
    // Bytes, since a text of a damaged database may not be what it was once this program has read it.
    let done: Uint8Array | undefined;
    do {
      const rest = `external_id ${done ? '>' : '>='} cast(? as text)`;
      const [last] = view.all(
        `select cast(external_id as blob) as id from ${view.schema}.v1_grants ${index} where ${rest}
          order by external_id limit 1 offset ?`,
        done ?? new Uint8Array(),
        rowsPerStep,
      );
      const end = last && (last.id as Uint8Array);
      if (done && end && Buffer.compare(done, end) >= 0) throw damagedError('rows out of order');
      // Of a row that both have, only the index is read.
      view.db
        .prepare(
          `insert into ${this.#table}
            select ${isNew}, principal_resource_type_id, principal_resource_id, resource_type_id, resource_id, entitlement_id
            from ${view.schema}.v1_grants a ${index}
            where ${rest} ${end ? 'and external_id <= cast(? as text)' : ''} and +sync_id = ?
              and not exists (select 1 from ${other.schema}.v1_grants b
                ${index} where b.external_id = a.external_id and b.sync_id = ?)`,
        )
        .run(done ?? new Uint8Array(), ...(end ? [end] : []), view.run.syncId, other.run.syncId);
      done = end;
      yield;
    } while (done);
  }

  /** The changes, in the order of their principals. Those of one principal are in memory together. */
  *changes(): Generator<GrantChange> {
    for (const _ of this.collect());
    const rows = this.#after.iterate(
      `select * from ${this.#table}
        order by principal_type, principal_id, resource_type, resource_id, entitlement_id`,
    );
    let group: ChangedRow[] = [];
    for (const row of rows) {
      const changed = toChangedRow(row);
      const [first] = group;
      if (first && (first.principalType !== changed.principalType || first.principalId !== changed.principalId)) {
        yield* this.#ofPrincipal(group);
        group = [];
      }
      group.push(changed);
    }
    yield* this.#ofPrincipal(group);
  }

  *#ofPrincipal(rows: readonly ChangedRow[]): Generator<GrantChange> {
    const moves = [...pair(rows, ({ resourceType, resourceId }) => `${resourceType}\0${resourceId}`)];
    const rest = without(rows, moves);
    const roleMoves = [
      ...pair(rest, ({ resourceType }) => (this.#roleTypes.has(resourceType) ? resourceType : undefined)),
    ];
    for (const [before, after] of [...moves, ...roleMoves]) {
      yield {
        kind: 'moved',
        principal: this.#principal(after),
        before: side(this.#before, before),
        after: side(this.#after, after),
      };
    }
    for (const row of without(rest, roleMoves)) {
      const principal = this.#principal(row);
      if (row.isNew) yield { kind: 'granted', principal, after: side(this.#after, row) };
      else yield { kind: 'revoked', principal, before: side(this.#before, row) };
    }
  }

  #principal({ principalType: type, principalId: id }: ChangedRow): ResourceRef {
    const after = this.#after.refOf({ type, id });
    return after.isListed ? after : this.#before.refOf({ type, id });
  }

  [Symbol.dispose](): void {
    this.#after.db.exec(`drop table ${this.#table}`);
  }
}

type Move = readonly [before: ChangedRow, after: ChangedRow];

/** Within each group, a lost and a new grant if there is one of each. Rows without a group stay alone. */
function* pair(rows: readonly ChangedRow[], groupOf: (row: ChangedRow) => string | undefined): Generator<Move> {
  for (const [group, members] of Map.groupBy(rows, groupOf)) {
    const [one, other] = members;
    if (group === undefined || !one || !other || members.length !== 2 || one.isNew === other.isNew) continue;
    yield one.isNew ? [other, one] : [one, other];
  }
}

function without(rows: readonly ChangedRow[], moves: readonly Move[]): readonly ChangedRow[] {
  const moved = new Set(moves.flat());
  return rows.filter((row) => !moved.has(row));
}

function side(view: SyncView, { resourceType, resourceId, entitlementId: id }: ChangedRow): GrantSide {
  const key = { type: resourceType, id: resourceId };
  const entitlement = view.entitlement(id);
  const slug = entitlement?.slug ?? slugOf(id, key);
  return { resource: view.refOf(key), entitlement: { id, slug, name: entitlement?.name ?? slug } };
}

function toChangedRow(row: Record<string, unknown>): ChangedRow {
  return {
    isNew: row.is_new === 1,
    principalType: String(row.principal_type),
    principalId: String(row.principal_id),
    resourceType: String(row.resource_type),
    resourceId: String(row.resource_id),
    entitlementId: String(row.entitlement_id),
  };
}
