// Remembers the principal of each row in four bytes, to return the rows in the order of their principals.
import { compareUtf8 } from '../tables/compare-utf8.ts';

const chunkRows = 65_536;
/** How many rows are sorted at a time: 4 MB. */
const passRowsDefault = 1024 * 1024;
/** A principal takes about 110 bytes of memory besides its id: the string, a map entry and two array elements. */
const principalBytes = 110;
/** Enough for 20 million rows of 100,000 principals. */
const maxBytesDefault = 100_000_000;

/** Limits of a {@link PrincipalOrder}. */
export interface PrincipalOrderOptions {
  /** Approximate limit of its memory. Default: 100 MB. */
  readonly maxBytes?: number;
  /** How many rows are sorted at a time, unless a single principal has more. Default: 1,048,576. */
  readonly passRows?: number;
}

/** The principals of rows that are added one by one. */
export class PrincipalOrder {
  readonly #maxBytes: number;
  readonly #passRows: number;
  /** Numbers of principals by type and id. */
  readonly #numbers = new Map<string, Map<string, number>>();
  #principals = 0;
  /** The number of each row's principal, in arrays of {@link chunkRows}. */
  readonly #chunks: Uint32Array[] = [];
  #rows = 0;
  #bytes = 0;
  #lastType: string | undefined;
  #numbersOfLastType = new Map<string, number>();

  constructor({ maxBytes = maxBytesDefault, passRows = passRowsDefault }: PrincipalOrderOptions = {}) {
    this.#maxBytes = maxBytes;
    this.#passRows = passRows;
  }

  /** Adds the next row. @returns False beyond the memory limit; the order is then of no use */
  add(type: string, id: string): boolean {
    if (type !== this.#lastType) this.#enterType(type);
    let number = this.#numbersOfLastType.get(id);
    if (number === undefined) {
      number = this.#principals++;
      this.#numbersOfLastType.set(id, number);
      this.#bytes += principalBytes + id.length;
    }
    const place = this.#rows % chunkRows;
    if (place === 0) {
      this.#chunks.push(new Uint32Array(chunkRows));
      this.#bytes += 4 * chunkRows;
    }
    (this.#chunks.at(-1) as Uint32Array)[place] = number;
    this.#rows++;
    return this.#bytes <= this.#maxBytes;
  }

  #enterType(type: string): void {
    let numbers = this.#numbers.get(type);
    if (!numbers) {
      numbers = new Map();
      this.#numbers.set(type, numbers);
    }
    this.#lastType = type;
    this.#numbersOfLastType = numbers;
  }

  /**
   * Visits the principals in the order of type and id, as SQLite compares them.
   * @param visit - Gets the ascending positions of the principal's rows, counted from 0, in an array that is reused.
   */
  forEach(visit: (type: string, id: string, rows: Uint32Array) => void): void {
    const { types, ids, ranks } = this.#sort();
    const counts = this.#countRows(ranks);
    const rows = new Uint32Array(counts.reduce((most, count) => Math.max(most, count), this.#passRows));
    for (let from = 0; from < counts.length; ) {
      // Where the rows of each principal of this pass end.
      const ends: number[] = [];
      for (let total = 0, rank = from; rank < counts.length; rank++) {
        total += counts[rank] as number;
        if (total > rows.length) break;
        ends.push(total);
      }
      this.#collect(ranks, from, ends, rows);
      let start = 0;
      for (const end of ends) {
        visit(types[from] as string, ids[from] as string, rows.subarray(start, end));
        start = end;
        from++;
      }
    }
  }

  /** Types and ids of the principals in order, and the rank of each number. */
  #sort(): { types: string[]; ids: string[]; ranks: Uint32Array } {
    const types: string[] = [];
    const ids: string[] = [];
    const ranks = new Uint32Array(this.#principals);
    for (const [type, numbers] of [...this.#numbers].sort(([a], [b]) => compareUtf8(a, b))) {
      for (const id of [...numbers.keys()].sort(compareUtf8)) {
        ranks[numbers.get(id) as number] = ids.length;
        types.push(type);
        ids.push(id);
      }
    }
    return { types, ids, ranks };
  }

  #countRows(ranks: Uint32Array): Uint32Array {
    const counts = new Uint32Array(ranks.length);
    for (let row = 0; row < this.#rows; row++) {
      const rank = ranks[this.#numberOf(row)] as number;
      counts[rank] = (counts[rank] as number) + 1;
    }
    return counts;
  }

  /** Puts the rows of the principals from the rank `from` on side by side: a counting sort. */
  #collect(ranks: Uint32Array, from: number, ends: readonly number[], rows: Uint32Array): void {
    const places = Uint32Array.of(0, ...ends.slice(0, -1));
    for (let row = 0; row < this.#rows; row++) {
      const i = (ranks[this.#numberOf(row)] as number) - from;
      if (i < 0 || i >= places.length) continue;
      const place = places[i] as number;
      rows[place] = row;
      places[i] = place + 1;
    }
  }

  #numberOf(row: number): number {
    return (this.#chunks[Math.floor(row / chunkRows)] as Uint32Array)[row % chunkRows] as number;
  }
}
