// Numbers ids, so that millions of pairs of ids can be kept as numbers.

/** How many ids a table can hold: two such numbers and a status fit a double exactly. */
export const idsMax = 2 ** 26;

/** Ids and their numbers, from 0 in the order in which they were added. Ids are compared exactly, case included. */
export class IdTable {
  readonly #indexes = new Map<string, number>();
  readonly #ids: string[] = [];

  constructor(ids: Iterable<string> = []) {
    for (const id of ids) this.add(id);
  }

  get size(): number {
    return this.#ids.length;
  }

  /** All ids, by number. */
  get ids(): readonly string[] {
    return this.#ids;
  }

  /** The number of an id; nothing when it is not in the table. */
  indexOf(id: string): number | undefined {
    return this.#indexes.get(id);
  }

  /** The number of an id, which is added when it is not in the table. */
  add(id: string): number {
    const known = this.#indexes.get(id);
    if (known !== undefined) return known;
    const index = this.#ids.length;
    if (index >= idsMax) throw new Error(`more than ${idsMax} different ids`);
    this.#indexes.set(id, index);
    this.#ids.push(id);
    return index;
  }
}
