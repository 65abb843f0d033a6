// Random edits of bytes and of JSON.
import fc from 'fast-check';

/** Replaces `drop` bytes from a place on. The place is taken modulo the length. */
export interface ByteEdit {
  readonly at: number;
  readonly drop: number;
  /** `twice` repeats what it drops. */
  readonly put: 'twice' | string | Uint8Array | { readonly text: string; readonly times: number };
}

/** Up to this place bytes are edited. */
const placeMax = 0xffff;

/**
 * Up to `max` edits.
 * @param pieces - Texts that mean something where the bytes are read.
 */
export function byteEdits(pieces: readonly string[], max = 4): fc.Arbitrary<ByteEdit[]> {
  const piece = fc.constantFrom(...pieces);
  const many = fc.record({ text: piece, times: fc.constantFrom(100, 2000, 20_000) });
  const put = fc.oneof(
    { weight: 6, arbitrary: piece },
    { weight: 4, arbitrary: fc.uint8Array({ maxLength: 6 }) },
    { weight: 2, arbitrary: fc.constant('twice' as const) },
    { weight: 1, arbitrary: many },
  );
  const drop = fc.oneof({ weight: 6, arbitrary: fc.nat(3) }, fc.nat(40), fc.constant(placeMax));
  return fc.array(fc.record({ at: fc.nat(placeMax), drop, put }), { maxLength: max });
}

export function editBytes(bytes: Uint8Array, edits: readonly ByteEdit[]): Buffer {
  return edits.reduce<Buffer>((edited, { at, drop, put }) => {
    const place = at % (edited.length + 1);
    const dropped = edited.subarray(place, place + drop);
    return Buffer.concat([edited.subarray(0, place), bytesToPut(put, dropped), edited.subarray(place + drop)]);
  }, Buffer.from(bytes));
}

function bytesToPut(put: ByteEdit['put'], dropped: Uint8Array): Uint8Array {
  if (put === 'twice') return Buffer.concat([dropped, dropped]);
  if (put instanceof Uint8Array) return put;
  return Buffer.from(typeof put === 'string' ? put : put.text.repeat(put.times));
}

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Changes a value within a JSON value: the `at`th one, modulo their number. */
export interface JsonEdit {
  readonly at: number;
  /** Whether only the outermost value and those directly in it are meant, such as a list and its items. */
  readonly isShallow: boolean;
  readonly change:
    | { readonly kind: 'replace'; readonly value: Json }
    | { readonly kind: 'drop' | 'double' | 'wrap in a list' | 'wrap in an object' | 'to text' }
    | { readonly kind: 'rename'; readonly key: string }
    /** Puts a long text, a long list or lists within lists. */
    | { readonly kind: 'long text' | 'long list' | 'deep list'; readonly size: number };
}

const oddValues: readonly Json[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e300,
  2 ** 53,
  '',
  ' ',
  'x',
  '\u0000',
  '\u202e',
  '\ud800',
  '😀',
  '[]',
  'null',
  '__proto__',
  [],
  {},
  [null],
  [[]],
  { id: null },
];

const changes: fc.Arbitrary<JsonEdit['change']> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('replace'), value: fc.constantFrom(...oddValues) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('long text', 'long list', 'deep list'),
      size: fc.constantFrom(300, 3000, 30_000),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('drop', 'double', 'wrap in a list', 'wrap in an object', 'to text') }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rename'), key: fc.constantFrom('', 'x', 'id', 'ID') }) },
);

function nested(depth: number): Json {
  let value: Json = [];
  for (let level = 1; level < depth; level += 1) value = [value];
  return value;
}

export function jsonEdits(max = 3): fc.Arbitrary<JsonEdit[]> {
  return fc.array(fc.record({ at: fc.nat(placeMax), isShallow: fc.boolean(), change: changes }), {
    minLength: 1,
    maxLength: max,
  });
}

export function editJson(value: Json, edits: readonly JsonEdit[]): Json {
  return edits.reduce<Json>((edited, edit) => applyEdit(edited, edit), value);
}

function applyEdit(root: Json, { at, isShallow, change }: JsonEdit): Json {
  const holder = { root: structuredClone(root) } as { [key: string]: Json };
  const places = [...placesOf(holder, isShallow ? 2 : Number.POSITIVE_INFINITY)];
  const place = places[at % places.length];
  if (place === undefined) return root;
  const [parent, key] = place;
  const value = Array.isArray(parent) ? (parent[Number(key)] ?? null) : (parent[key] ?? null);
  const put = (next: Json, name = key) => {
    if (Array.isArray(parent)) parent[Number(key)] = next;
    else Object.defineProperty(parent, name, { value: next, enumerable: true, configurable: true, writable: true });
  };
  switch (change.kind) {
    case 'replace':
      put(structuredClone(change.value));
      break;
    case 'drop':
      if (Array.isArray(parent)) parent.splice(Number(key), 1);
      else if (parent !== holder) delete parent[key];
      break;
    case 'double':
      if (Array.isArray(parent)) parent.splice(Number(key), 0, structuredClone(value));
      else put([value, value]);
      break;
    case 'wrap in a list':
      put([value]);
      break;
    case 'wrap in an object':
      put({ value });
      break;
    case 'to text':
      put(JSON.stringify(value));
      break;
    case 'long text':
      put('é'.repeat(change.size));
      break;
    case 'long list':
      put(Array(change.size).fill(0));
      break;
    case 'deep list':
      // Deeper ones cannot be written as JSON.
      put(nested(Math.min(change.size, 1000)));
      break;
    case 'rename':
      if (Array.isArray(parent) || parent === holder) break;
      delete parent[key];
      put(value, change.key);
      break;
  }
  return holder.root ?? null;
}

/** The place of each value, from the outermost on. */
function* placesOf(value: Json, depth: number): Generator<[parent: Json[] | { [key: string]: Json }, key: string]> {
  if (typeof value !== 'object' || value === null || depth === 0) return;
  for (const [key, inner] of Object.entries(value)) {
    yield [value, key];
    yield* placesOf(inner, depth - 1);
  }
}
