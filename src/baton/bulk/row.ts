// A row of a file of changes, before anybody knows what it means.
import type { JsonValue } from '@bufbuild/protobuf';
import { UsageError } from '../author/usage-error.ts';
import { faultsShown } from './limits.ts';

export interface Row {
  /** In the file, from 1. A row over several lines ends here. */
  readonly line: number;
  /** By column. Empty cells and nulls are absent; those of a map are named `map.key`. */
  readonly values: ReadonlyMap<string, JsonValue>;
}

/** What a file contains. */
export interface Rows {
  readonly rows: readonly Row[];
  /** The columns, and the first line that has each. */
  readonly columns: ReadonlyMap<string, number>;
}

/** A fault of a file. */
export interface RowFault {
  readonly line: number;
  /** A clause without values: they may be confidential. */
  readonly problem: string;
}

/** The error for all faults of a file. */
export function toUsageError(path: string, faults: readonly RowFault[]): UsageError {
  const lines = faults
    .toSorted((a, b) => a.line - b.line)
    .map(({ line, problem }) => `--changes: ${path} line ${line}: ${problem}`);
  const more = lines.length - faultsShown;
  return new UsageError([...lines.slice(0, faultsShown), ...(more > 0 ? [`and ${more} more`] : [])]);
}

/** A column as people may write it: `First name` is `first_name`. The key of a map stays as it is. */
export function normalizeColumn(name: string): string {
  const [, head = '', key = ''] = /^([^.]*)(\..*)?$/s.exec(name.trim()) ?? [];
  const base = head
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
  return key === '' ? base : `${base}.${key.slice(1).trim()}`;
}
