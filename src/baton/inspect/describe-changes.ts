// Numbers of changes as people say them.
import { formatCount } from '../log/format-numbers.ts';
import type { ChangeCounts } from './compare-syncs.ts';

/** A line for each kind of change. @param userTypes - Ids of the types of users, which join and leave. */
export function describeChangeCounts(counts: ChangeCounts, userTypes: readonly string[]): readonly string[] {
  if (counts.isEmpty) return ['Nothing changed'];
  const byUsersFirst = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) =>
    Number(userTypes.includes(b)) - Number(userTypes.includes(a));
  return [
    ...[...counts.resources].sort(byUsersFirst).map(([type, { added, removed, changed, disabled, enabled }]) => {
      const isUser = userTypes.includes(type);
      const statuses = list([
        [disabled, 'disabled'],
        [enabled, 'enabled'],
      ]);
      const kinds = list([
        [added, isUser ? 'joined' : 'added'],
        [removed, isUser ? 'left' : 'removed'],
        [changed, statuses ? `changed (${statuses})` : 'changed'],
      ]);
      return `${type}: ${kinds}`;
    }),
    ...Array.from(
      counts.moved,
      ([kind, count]) => `${kind}: ${formatCount(count)}${kind.includes(' ') ? '' : ' changed'}`,
    ),
    ...Array.from(counts.grants, ([kind, { granted, revoked }]) => {
      const kinds = list([
        [granted, 'new'],
        [revoked, 'lost'],
      ]);
      return `${kind}: ${kinds}`;
    }),
  ];
}

function list(parts: readonly (readonly [count: number, word: string])[]): string {
  return parts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${formatCount(count)} ${word}`)
    .join(', ');
}
