// Numbers ids, so that millions of pairs of ids can be stored as numbers. Finds them by their bytes, without strings.

/** How many ids a table can hold: two such numbers and a status fit exactly into a double. */
export const idsMax = 2 ** 26;

/** The number of an unknown id. */
export const absent = -1;

/**
 * Ids and their numbers, from 0 in the order in which they were added. Ids are compared exactly, case included.
 *
 * A hash table of its own, since a report looks up two ids per row: on bytes it takes 0.25 µs for an id of 36 characters.
 * A Map takes as long, and needs a string for each, which is garbage afterwards.
 */
export class IdTable {
  readonly #ids: string[] = [];
  /** The bytes of all ids, back to back; then where each begins, and where the last one ends. */
  #bytes = new Uint8Array(1024);
  #starts = new Uint32Array(64);
  #hashes = new Int32Array(64);
  /** Numbers of ids by hash, at least twice as many as there are ids; `absent` where there is none. */
  #slots = new Int32Array(128).fill(absent);

  /** All ids, by number. */
  get ids(): readonly string[] {
    return this.#ids;
  }

  /** The number of the id whose UTF-8 is in `bytes` from `start` to `end` (exclusive); `absent` if it is not in the table. */
  find(bytes: Uint8Array, start: number, end: number): number {
    return this.#slots[this.#findSlot(hashOf(bytes, start, end), bytes, start, end)] as number;
  }

  /** The same, and adds the id if it is not in the table. */
  add(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashOf(bytes, start, end);
    const slot = this.#findSlot(hash, bytes, start, end);
    const known = this.#slots[slot] as number;
    if (known !== absent) return known;
    const index = this.#ids.length;
    if (index >= idsMax) throw new Error(`more than ${idsMax} different ids`);
    this.#ids.push(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8'));
    this.#keep(index, hash, bytes.subarray(start, end));
    this.#slots[slot] = index;
    if (this.#ids.length * 2 > this.#slots.length) this.#widen();
    return index;
  }

  /** The slot of an id, or the free one where it belongs. */
  #findSlot(hash: number, bytes: Uint8Array, start: number, end: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const index = slots[slot] as number;
      if (index === absent || (this.#hashes[index] === hash && this.#equals(index, bytes, start, end))) return slot;
    }
  }

  #equals(index: number, bytes: Uint8Array, start: number, end: number): boolean {
    const kept = this.#bytes;
    let position = this.#starts[index] as number;
    if ((this.#starts[index + 1] as number) - position !== end - start) return false;
    for (let i = start; i < end; i += 1, position += 1) if (bytes[i] !== kept[position]) return false;
    return true;
  }

  #keep(index: number, hash: number, id: Uint8Array): void {
    const start = this.#starts[index] as number;
    const end = start + id.length;
    if (end > this.#bytes.length) this.#bytes = grow(this.#bytes, new Uint8Array(2 * end));
    if (index + 2 > this.#starts.length) {
      this.#starts = grow(this.#starts, new Uint32Array(2 * this.#starts.length));
      this.#hashes = grow(this.#hashes, new Int32Array(2 * this.#hashes.length));
    }
    this.#bytes.set(id, start);
    this.#starts[index + 1] = end;
    this.#hashes[index] = hash;
  }

  #widen(): void {
    const slots = new Int32Array(2 * this.#slots.length).fill(absent);
    const mask = slots.length - 1;
    for (let index = 0; index < this.#ids.length; index += 1) {
      let slot = (this.#hashes[index] as number) & mask;
      while (slots[slot] !== absent) slot = (slot + 1) & mask;
      slots[slot] = index;
    }
    this.#slots = slots;
  }
}

/** Four bytes at a time: byte by byte, the multiplications alone would take twice as long. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  let position = start;
  for (; position + 3 < end; position += 4) {
    const word =
      (bytes[position] as number) |
      ((bytes[position + 1] as number) << 8) |
      ((bytes[position + 2] as number) << 16) |
      ((bytes[position + 3] as number) << 24);
    hash = Math.imul(hash ^ word, 0x5bd1e995);
    hash ^= hash >>> 15;
  }
  for (; position < end; position += 1) hash = Math.imul(hash ^ (bytes[position] as number), 0x5bd1e995);
  return hash ^ (hash >>> 13);
}

function grow<Numbers extends Uint8Array | Uint32Array | Int32Array>(from: Numbers, into: Numbers): Numbers {
  into.set(from);
  return into;
}
