// What differs between the resources of two syncs: who joined, left or was disabled, and what was renamed.
import { isDeepStrictEqual } from 'node:util';
import { type ResourceView, toResourceView } from './resource-view.ts';
import type { SyncView } from './sync-view.ts';

/** A resource that only one of two syncs has, or that differs. */
export type ResourceChange =
  | { readonly kind: 'added' | 'removed'; readonly resource: ResourceView }
  | {
      readonly kind: 'changed';
      /** As it is in the later sync. */
      readonly resource: ResourceView;
      readonly before: ResourceView;
      /** At least one. */
      readonly fields: readonly FieldChange[];
    };

/** A field that differs. */
export interface FieldChange {
  /** Its name in {@link ResourceView}, or `profile.` and the key. */
  readonly field: string;
  /** Undefined if there is none. */
  readonly before: unknown;
  readonly after: unknown;
}

const comparedFields = [
  ...(['name', 'description', 'status', 'statusDetails', 'emails', 'logins', 'employeeIds', 'parent'] as const),
  'createdAt',
] as const;

/**
 * Compares the resources of two syncs, which one connection must read. Removed ones come first, then those that were
 * added, then those that changed. The last login is not compared: it changes without anybody changing it.
 */
export function* compareResources(before: SyncView, after: SyncView): Generator<ResourceChange> {
  yield* onlyIn(before, after).map((resource) => ({ kind: 'removed' as const, resource }));
  yield* onlyIn(after, before).map((resource) => ({ kind: 'added' as const, resource }));
  const differing = after.iterate(
    `select a.id as id, a.data as data, b.id as before_id, b.data as before_data
      from ${after.schema}.v1_resources a
      join ${before.schema}.v1_resources b on b.external_id = a.external_id and b.sync_id = ?
      where a.sync_id = ? and a.data <> b.data order by a.id`,
    ...[before.run.syncId, after.run.syncId],
  );
  for (const row of differing) {
    const resource = toResourceView(Number(row.id), row.data as Uint8Array);
    const former = toResourceView(Number(row.before_id), row.before_data as Uint8Array);
    const fields = differingFields(former, resource);
    if (fields.length > 0) yield { kind: 'changed', resource, before: former, fields };
  }
}

function onlyIn(view: SyncView, other: SyncView): IteratorObject<ResourceView> {
  return view
    .iterate(
      `select id, data from ${view.schema}.v1_resources a where sync_id = ? and not exists
        (select 1 from ${other.schema}.v1_resources b where b.external_id = a.external_id and b.sync_id = ?)
        order by id`,
      ...[view.run.syncId, other.run.syncId],
    )
    .map((row) => toResourceView(Number(row.id), row.data as Uint8Array));
}

function differingFields(before: ResourceView, after: ResourceView): readonly FieldChange[] {
  const keys = new Set([...Object.keys(before.profile), ...Object.keys(after.profile)]);
  return [
    ...comparedFields.map((field) => ({ field, before: before[field], after: after[field] })),
    ...Array.from(keys, (key) => ({
      field: `profile.${key}`,
      before: before.profile[key],
      after: after.profile[key],
    })),
  ].filter((change) => !isDeepStrictEqual(change.before, change.after));
}
