// A compact set of ids: a hash of each, and the names of the first ones.
import { hash } from 'node:crypto';

/** Ids beyond this are stored only as hashes. */
const namesMax = 100_000;

/**
 * The ids seen so far: a 64-bit hash each, so that millions take some tens of megabytes. With ten million ids, the
 * probability of a collision is one in 370,000.
 */
export class IdSet {
  /** The first {@link namesMax} ids, in order of arrival. */
  readonly names: string[] = [];
  /** Two words per id, the lower one first; it is 0 in an empty slot. */
  #table = new Uint32Array(2 * 32);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** @returns Whether the id was new. */
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

  /** The ids missing from another set: their number, and as many of their names as are known and wanted. */
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

  /** The slot of a hash, or the empty slot where it belongs. */
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
  // A lower word of 0 marks an empty slot.
  return [digest.readUInt32BE(0), digest.readUInt32BE(4) || 1];
}
