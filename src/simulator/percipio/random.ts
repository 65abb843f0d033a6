// Seeded random numbers: a seed gives the same organization on every machine. Uses integer arithmetic only.

const TWO_TO_32 = 2 ** 32;

/** A bijection on 32 bits (the finalizer of MurmurHash3): different inputs never give the same result. */
function spread(word: number): number {
  let mixed = word | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** 32 bits that look random and depend only on the key and the number. */
export function hash32(key: number, number: number): number {
  return spread(Math.imul(spread(number + 0x9e3779b9), 0x9e3779b1) + key);
}

/** The element at an index, modulo the length. Throws on an empty list. */
export function pick<Item>(items: readonly Item[], index: number): Item {
  const item = items[index % items.length];
  if (item === undefined) {
    throw new RangeError(`no item ${index} in a list of ${items.length}`);
  }
  return item;
}

/**
 * A UUID in the form of version 4 for the `index`th object of a kind. Indexes never share one, since the first 32 bits
 * are a bijection of the index.
 */
export function uuidAt(key: number, index: number): string {
  const words = [spread(index + key), hash32(key + 1, index), hash32(key + 2, index), hash32(key + 3, index)];
  const hex = words.map((word) => word.toString(16).padStart(8, '0')).join('');
  const variant = '89ab'.charAt(Number.parseInt(hex.charAt(16), 16) & 3);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** A stream of random numbers (mulberry32). */
export interface Random {
  /** An integer from 0 up to, but not including, `limit`. */
  below(limit: number): number;
  /** True in about `share` (0 to 1) of all calls. */
  chance(share: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
}

/** A stream that depends only on its seed. */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / TWO_TO_32;
  };
  const below = (limit: number): number => Math.floor(fraction() * limit);
  return { below, chance: (share) => fraction() < share, pick: (items) => pick(items, below(items.length)) };
}

/** The items in an order that depends only on the seed. */
export function shuffle<Item>(items: readonly Item[], seed: number): Item[] {
  const random = createRandom(seed);
  const left = [...items];
  const shuffled: Item[] = [];
  while (left.length > 0) {
    shuffled.push(...left.splice(random.below(left.length), 1));
  }
  return shuffled;
}
