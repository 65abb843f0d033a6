// A set of ids that stays small: a hash of each, and the first of them by name.
import { hash } from 'node:crypto';

/** Ids beyond this are known by their hash alone. */
const namesMax = 100_000;

/**
 * Ids that were seen: 64 bits of hash each, so that millions of them take some tens of megabytes. Among ten million ids
 * the odds are one in 370,000 that two of them are taken for one.
 */
export class IdSet {
  /** The first {@link namesMax} ids, in the order in which they came. */
  readonly names: string[] = [];
  /** Two words an id, the lower one first; it is 0 in an empty place. */
  #table = new Uint32Array(2 * 32);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** @returns Whether it was not there before. */
  add(id: string): boolean {
    const [high, low] = hashOf(id);
    if (!this.#insert(high, low)) {
      return false;
    }
    if (this.names.length < namesMax) {
      this.names.push(id);
    }
    if (this.#size * 4 > this.#table.length) {
      this.#grow();
    }
    return true;
  }

  has(id: string): boolean {
    const [high, low] = hashOf(id);
    return this.#table[this.#find(high, low)] !== 0;
  }

  /** The ids that another set does not have: how many there are, and as many names of them as are known and wanted. */
  missingFrom(other: IdSet, namesWanted: number): { readonly count: number; readonly names: readonly string[] } {
    let count = 0;
    for (let at = 0; at < this.#table.length; at += 2) {
      const [low = 0, high = 0] = [this.#table[at], this.#table[at + 1]];
      if (low !== 0 && other.#table[other.#find(high, low)] === 0) {
        count++;
      }
    }
    const names = this.names.values().filter((id) => !other.has(id));
    return { count, names: count === 0 ? [] : [...names.take(namesWanted)] };
  }

  #insert(high: number, low: number): boolean {
    const at = this.#find(high, low);
    if (this.#table[at] !== 0) {
      return false;
    }
    this.#table[at] = low;
    this.#table[at + 1] = high;
    this.#size++;
    return true;
  }

  /** Where a hash is, or the empty place where it belongs. */
  #find(high: number, low: number): number {
    const mask = this.#table.length - 1;
    let at = (low * 2) & mask;
    while (this.#table[at] !== 0 && (this.#table[at] !== low || this.#table[at + 1] !== high)) {
      at = (at + 2) & mask;
    }
    return at;
  }

  #grow(): void {
    const old = this.#table;
    this.#table = new Uint32Array(old.length * 2);
    this.#size = 0;
    for (let at = 0; at < old.length; at += 2) {
      const [low = 0, high = 0] = [old[at], old[at + 1]];
      if (low !== 0) {
        this.#insert(high, low);
      }
    }
  }
}

function hashOf(id: string): readonly [high: number, low: number] {
  const digest = hash('sha1', id, 'buffer');
  // A lower word of 0 would be an empty place.
  return [digest.readUInt32BE(0), digest.readUInt32BE(4) || 1];
}
