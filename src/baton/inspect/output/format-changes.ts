// What changed between two syncs, as text.
import type { SyncRun } from '../../c1z/tables/sync-runs.ts';
import { escapeControls } from '../../net/escape-controls.ts';
import type { GrantChange, GrantSide } from '../compare-grants.ts';
import type { FieldChange, ResourceChange } from '../compare-resources.ts';
import { type ChangeCounts, type SyncComparison, statusChange } from '../compare-syncs.ts';
import { describeChangeCounts } from '../describe-changes.ts';
import type { ResourceRef } from '../resource-view.ts';
import { toText } from '../table.ts';
import type { Style } from './style.ts';

/** The lines: numbers first, then each resource, and each principal with the grants that changed. */
export function* formatChanges(comparison: SyncComparison, counts: ChangeCounts, style: Style): Generator<string> {
  const { before, after } = comparison;
  yield `From ${describeRun(before.run)}`;
  yield `to   ${describeRun(after.run)}`;
  yield '';
  yield* describeChangeCounts(counts, userTypesOf(comparison)).map(escapeControls);
  if (counts.resources.size > 0) yield* ['', style.head('Resources')];
  yield* comparison.resources().map((change) => formatResourceChange(change, style));
  if (counts.grants.size + counts.moved.size > 0) yield* ['', style.head('Grants')];
  let principal = '';
  for (const change of comparison.grants()) {
    const { type, id } = change.principal;
    if (`${type}:${id}` !== principal) {
      principal = `${type}:${id}`;
      yield `  ${escapeControls(describeRef(change.principal))}`;
    }
    yield formatGrantChange(change, style);
  }
}

/** Ids of the types of users in either sync. */
export function userTypesOf({ before, after }: SyncComparison): readonly string[] {
  return [...new Set([...before.userTypes, ...after.userTypes].map(({ id }) => id))];
}

function formatResourceChange(change: ResourceChange, style: Style): string {
  const who = `${change.resource.type} ${describeRef(change.resource)}`;
  if (change.kind !== 'changed') {
    return change.kind === 'added'
      ? style.added(escapeControls(`  + ${who}`))
      : style.removed(escapeControls(`  - ${who}`));
  }
  const became = statusChange(change);
  const fields = change.fields.filter(({ field }) => became === undefined || field !== 'status').map(describeField);
  return style.changed(escapeControls(`  ~ ${who}: ${[...(became ? [became] : []), ...fields].join('; ')}`));
}

function describeField({ field, before, after }: FieldChange): string {
  return `${field} ${toText(before) || '(none)'} → ${toText(after) || '(none)'}`;
}

function formatGrantChange(change: GrantChange, style: Style): string {
  switch (change.kind) {
    case 'granted':
      return style.added(escapeControls(`    + ${describeSide(change.after)}`));
    case 'revoked':
      return style.removed(escapeControls(`    - ${describeSide(change.before)}`));
    case 'moved':
      return style.changed(escapeControls(`    ~ ${describeMove(change.before, change.after)}`));
  }
}

function describeSide({ resource, entitlement }: GrantSide): string {
  return `${resource.type} ${resource.name}: ${entitlement.slug}`;
}

function describeMove(before: GrantSide, after: GrantSide): string {
  return before.resource.id === after.resource.id
    ? `${describeSide(before)} → ${after.entitlement.slug}`
    : `${before.resource.type} ${before.resource.name} → ${after.resource.name}`;
}

/** `Ada Lovelace <ada@example.com>`. */
export function describeRef({ name, email, isListed }: ResourceRef): string {
  return `${name}${email && email !== name ? ` <${email}>` : ''}${isListed ? '' : ' (not listed)'}`;
}

function describeRun({ syncId, startedAt }: SyncRun): string {
  return `sync ${syncId} of ${startedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
