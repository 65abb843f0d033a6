// Sorts the map entries of an encoded message as Go's deterministic encoding does.
import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** Whether a message of one type needs {@link sortMapEntries} after encoding. */
type MapFinder = (message: Record<string, unknown>) => boolean;

const finders = new Map<DescMessage, MapFinder>();

/**
 * Whether a message contains a map or a `google.protobuf.Struct` whose entries may be in the wrong order. Cheap, because
 * it looks only at fields that can lead to one. Builders sort the attributes of profiles, so the answer is mostly no:
 * sorting encoded bytes takes ten times as long as encoding them.
 */
export function hasUnsortedMaps(desc: DescMessage, message: object): boolean {
  return finderFor(desc)(message as Record<string, unknown>);
}

function finderFor(desc: DescMessage): MapFinder {
  const known = finders.get(desc);
  if (known) return known;
  // For a type that contains itself: replaced below once it is known.
  finders.set(desc, (message) => finderFor(desc)(message));

  const checks: MapFinder[] = [];
  for (const field of desc.fields) {
    const name = field.localName;
    if (field.fieldKind === 'map') {
      const below = field.message ? valueFinder(field.message) : undefined;
      checks.push((message) => {
        const map = (message[name] ?? {}) as Record<string, unknown>;
        if (field.mapKey === ScalarType.STRING && !isSorted(Object.keys(map))) return true;
        return below !== undefined && Object.values(map).some((value) => below(value as Record<string, unknown>));
      });
    } else if (field.message && canHoldMaps(field.message)) {
      const below = valueFinder(field.message);
      checks.push((message) => {
        const value = field.oneof ? oneofValue(message, field.oneof.localName, name) : message[name];
        if (value === undefined) return false;
        return field.fieldKind === 'list' ? (value as Record<string, unknown>[]).some(below) : below(value as never);
      });
    }
  }
  const finder: MapFinder = (message) => checks.some((check) => check(message));
  finders.set(desc, finder);
  return finder;
}

function oneofValue(message: Record<string, unknown>, oneof: string, name: string): unknown {
  const chosen = message[oneof] as { case?: string; value?: unknown } | undefined;
  return chosen?.case === name ? chosen.value : undefined;
}

/** protobuf-es represents a Struct as JSON, whose keys have the order of a JavaScript object. */
function valueFinder(desc: DescMessage): MapFinder {
  return desc.typeName === 'google.protobuf.Struct' ? hasUnsortedKeys : finderFor(desc);
}

function hasUnsortedKeys(json: unknown): boolean {
  if (typeof json !== 'object' || json === null) return false;
  if (!Array.isArray(json) && !isSorted(Object.keys(json))) return true;
  return Object.values(json).some(hasUnsortedKeys);
}

/** UTF-16 and UTF-8 sort alike below the surrogates. A key with one counts as unsorted, and is compared by its bytes. */
function isSorted(keys: readonly string[]): boolean {
  return keys.every((key, index) => {
    const before = keys[index - 1];
    return (before === undefined || before < key) && !/[\ud800-\uffff]/.test(key);
  });
}

const holdsMaps = new Map<DescMessage, boolean>();

/** Whether a message of this type can contain a map, at any depth. */
function canHoldMaps(desc: DescMessage): boolean {
  let known = holdsMaps.get(desc);
  if (known === undefined) {
    known = leadsToMap(desc, new Set());
    holdsMaps.set(desc, known);
  }
  return known;
}

function leadsToMap(desc: DescMessage, seen: Set<DescMessage>): boolean {
  if (seen.has(desc)) return false;
  seen.add(desc);
  return desc.fields.some((field) => field.fieldKind === 'map' || (field.message && leadsToMap(field.message, seen)));
}

/**
 * Sorts the entries of every map with string keys, at any depth, by the bytes of the key. Everything else stays as it is:
 * the order of fields, the contents of `Any`, unknown fields.
 *
 * Sorting the objects of a message before encoding would not work: JavaScript puts keys that look like integers first,
 * in numeric order.
 */
export function sortMapEntries(desc: DescMessage, bytes: Uint8Array): Uint8Array {
  const reader = new BinaryReader(bytes);
  const writer = new BinaryWriter();
  let entries: Uint8Array[] = [];
  let entriesOf: DescField | undefined;

  const writeEntries = () => {
    if (!entriesOf) return;
    if (entriesOf.fieldKind === 'map' && entriesOf.mapKey === ScalarType.STRING) {
      entries = entries
        .map((entry) => ({ entry, key: keyOf(entry) }))
        .sort((a, b) => Buffer.compare(a.key, b.key))
        .map(({ entry }) => entry);
    }
    for (const entry of entries) writer.tag(entriesOf.number, WireType.LengthDelimited).bytes(entry);
    entries = [];
    entriesOf = undefined;
  };

  while (reader.pos < reader.len) {
    const start = reader.pos;
    const [number, wireType] = reader.tag();
    const field = wireType === WireType.LengthDelimited ? desc.fields.find((f) => f.number === number) : undefined;
    if (entriesOf && entriesOf !== field) writeEntries();

    if (field?.fieldKind === 'map') {
      entriesOf = field;
      entries.push(field.message ? sortEntryValue(field.message, reader.bytes()) : reader.bytes());
    } else if (field?.message && canHoldMaps(field.message)) {
      writer.tag(number, WireType.LengthDelimited).bytes(sortMapEntries(field.message, reader.bytes()));
    } else {
      reader.skip(wireType, number);
      writer.raw(bytes.subarray(start, reader.pos));
    }
  }
  writeEntries();
  return writer.finish();
}

/** A map entry is a message with the key as field 1 and the value as field 2. */
function sortEntryValue(value: DescMessage, entry: Uint8Array): Uint8Array {
  const reader = new BinaryReader(entry);
  const writer = new BinaryWriter();
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const [number, wireType] = reader.tag();
    if (number === 2) {
      writer.tag(2, WireType.LengthDelimited).bytes(sortMapEntries(value, reader.bytes()));
    } else {
      reader.skip(wireType, number);
      writer.raw(entry.subarray(start, reader.pos));
    }
  }
  return writer.finish();
}

function keyOf(entry: Uint8Array): Uint8Array {
  const reader = new BinaryReader(entry);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === 1) return reader.bytes();
    reader.skip(wireType, number);
  }
  return new Uint8Array();
}
