// The rows of a license report, packed while they arrive, and the grants that they give.
import { IdTable, idsMax } from './id-table.ts';
import { NumberList } from './packed-activities.ts';
import type { Spans } from './scan-row.ts';

/** The fields of a row that a sync needs: the name of a collection, and the user id as reports have it. */
export const licenseFields = ['collection', 'userId'] as const;

/** Stands for the id of what a name does not identify, since several have it. */
export const several = Symbol('several');

/** Ids by name. */
export type IdsByName = ReadonlyMap<string, string | typeof several>;

/** What a sync has listed. */
export interface LicenseLists {
  /** Ids of users by {@link toReportUserId}. */
  readonly users: IdsByName;
  /** Ids of collections. */
  readonly collections: IdsByName;
}

/** What became of the rows. Each counts once: `rows` is the sum of all others. */
export interface LicenseCounts {
  readonly rows: number;
  readonly grants: number;
  /** Rows that repeat a user and a collection. */
  readonly duplicates: number;
  /** Rows without the name of a collection or a user id. */
  readonly malformed: number;
  readonly unknownCollections: number;
  /** Rows whose collection is synced, and whose user is not. */
  readonly unknownUsers: number;
  /** Rows whose collection's name or user id belongs to several. */
  readonly ambiguous: number;
}

/** Who has consumed a license. */
export interface LicenseIndex {
  readonly counts: LicenseCounts;
  /** Ids of the collections of which somebody has, sorted. */
  readonly collectionIds: readonly string[];
  /** The ids of the users who have a license of a collection, sorted: a position is the same in every process. */
  holdersOf(collectionId: string): readonly string[];
}

/** Collects ids by name. */
export function collectIds(entries: Iterable<readonly [name: string, id: string]>): IdsByName {
  const ids = new Map<string, string | typeof several>();
  for (const [name, id] of entries) {
    const known = ids.get(name) ?? id;
    ids.set(name, known === id ? id : several);
  }
  return ids;
}

/** A user id or login name as it is compared: Percipio ignores its case. */
export function toReportUserId(text: string): string {
  return text.trim().toLowerCase();
}

/** Takes rows in any order, eight bytes for each, and each different name once. What they give is only needed at the end. */
export class LicenseRows {
  readonly #collections = new IdTable();
  readonly #users = new IdTable();
  readonly #taken = new NumberList();
  #rows = 0;
  #malformed = 0;

  /** Takes a row, as `scanRows` finds it for {@link licenseFields}. */
  row(bytes: Uint8Array, spans: Spans): void {
    this.#rows += 1;
    const [collection = -1, collectionEnd = -1, user = -1, userEnd = -1] = spans;
    if (collection < 0 || user < 0 || collection === collectionEnd || user === userEnd) {
      this.#malformed += 1;
      return;
    }
    // Below 2 ** 53, so a double holds it exactly.
    const pair = this.#collections.add(bytes, collection, collectionEnd) * idsMax;
    this.#taken.push(pair + this.#users.add(bytes, user, userEnd));
  }

  /** The grants of the rows. Once. */
  index({ users, collections }: LicenseLists): LicenseIndex {
    const collectionIds = this.#collections.ids.map((name) => collections.get(name.trim()));
    const userIds = this.#users.ids.map((id) => users.get(toReportUserId(id)));
    const holders = new Map<string, Set<string>>();
    const counts = { duplicates: 0, unknownCollections: 0, unknownUsers: 0, ambiguous: 0 };
    let grants = 0;
    for (const pair of this.#taken.drain()) {
      const collection = collectionIds[Math.floor(pair / idsMax)];
      const user = userIds[pair % idsMax];
      if (collection === several || user === several) counts.ambiguous += 1;
      else if (collection === undefined) counts.unknownCollections += 1;
      else if (user === undefined) counts.unknownUsers += 1;
      else {
        const known = holders.get(collection) ?? new Set();
        if (known.has(user)) counts.duplicates += 1;
        else grants += 1;
        holders.set(collection, known.add(user));
      }
    }
    const sorted = new Map(Array.from(holders, ([collection, ids]) => [collection, [...ids].sort()]));
    return {
      counts: { rows: this.#rows, malformed: this.#malformed, grants, ...counts },
      collectionIds: [...sorted.keys()].sort(),
      holdersOf: (collectionId) => sorted.get(collectionId) ?? [],
    };
  }
}
