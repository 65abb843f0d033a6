// A checked row: what to change, and for whom.
import { createHash } from 'node:crypto';
import type { JsonObject } from '@bufbuild/protobuf';
import type { Entitlement } from '#gen/c1/connector/v2/entitlement_pb.js';
import type { ChangeKind } from './change-kind.ts';

export interface Change {
  readonly line: number;
  readonly kind: ChangeKind;
  /** The name of the account in the file. A new account has the first of its names. */
  readonly person: string;
  /** The names by which other rows may mean the same account, in lower case. */
  readonly names: readonly string[];
  /** Values by field; maps are objects. */
  readonly values: JsonObject;
  /** Of a grant. */
  readonly entitlement?: Entitlement | undefined;
  /** Equal for rows that say the same, wherever they stand. */
  readonly fingerprint: string;
}

/** @param cells - Of the row, by column. */
export function fingerprintOf(cells: ReadonlyMap<string, unknown>): string {
  const sorted = [...cells].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('base64url').slice(0, 22);
}
