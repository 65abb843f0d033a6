// Reads and writes the sources within an encoded grant, without decoding the rest.
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** The fields of a grant, and of its sources: a map of messages with one bool. */
const fields = { principal: 2, sources: 5, entry: 1, key: 1, value: 2, isDirect: 1 };

/** By the id of a source entitlement: whether the principal has the source itself, not through expansion. */
export type GrantSources = Map<string, boolean>;

/** The principal's field of an encoded grant, with its tag; undefined if it has none. */
export function principalField(grant: Uint8Array): Uint8Array | undefined {
  const reader = new BinaryReader(grant);
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const [number, wireType] = reader.tag();
    reader.skip(wireType, number);
    if (number === fields.principal) return grant.subarray(start, reader.pos);
  }
  return undefined;
}

/** The sources of an encoded grant; empty for one that is not from an expansion. */
export function readSources(grant: Uint8Array): GrantSources {
  const sources: GrantSources = new Map();
  const reader = new BinaryReader(grant);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === fields.sources && wireType === WireType.LengthDelimited) putEntries(reader.bytes(), sources);
    else reader.skip(wireType, number);
  }
  return sources;
}

function putEntries(bytes: Uint8Array, sources: GrantSources): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === fields.entry && wireType === WireType.LengthDelimited) putEntry(reader.bytes(), sources);
    else reader.skip(wireType, number);
  }
}

function putEntry(bytes: Uint8Array, sources: GrantSources): void {
  let key = '';
  let isDirect = false;
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === fields.key && wireType === WireType.LengthDelimited) key = reader.string();
    else if (number === fields.value && wireType === WireType.LengthDelimited) isDirect = readIsDirect(reader.bytes());
    else reader.skip(wireType, number);
  }
  sources.set(key, isDirect);
}

function readIsDirect(bytes: Uint8Array): boolean {
  let isDirect = false;
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === fields.isDirect && wireType === WireType.Varint) isDirect = reader.bool();
    else reader.skip(wireType, number);
  }
  return isDirect;
}

/** Whether a grant of `entitlementId` is not only from an expansion: only such a grant passes a shallow edge. */
export function isDirectGrant(grant: Uint8Array, entitlementId: string): boolean {
  const sources = readSources(grant);
  return sources.size === 0 || sources.has(entitlementId);
}

/** One source as it is encoded within the sources. */
export function encodeSource(entitlementId: string, isDirect: boolean): Uint8Array {
  const value = new BinaryWriter();
  if (isDirect) value.tag(fields.isDirect, WireType.Varint).bool(true);
  const entry = new BinaryWriter();
  entry.tag(fields.key, WireType.LengthDelimited).string(entitlementId);
  entry.tag(fields.value, WireType.LengthDelimited).bytes(value.finish());
  return new BinaryWriter().tag(fields.entry, WireType.LengthDelimited).bytes(entry.finish()).finish();
}

/** Replaces the sources of an encoded grant. */
export function replaceSources(grant: Uint8Array, sources: GrantSources): Uint8Array {
  const entries = [...sources]
    .map(([id, isDirect]) => ({ key: Buffer.from(id), entry: encodeSource(id, isDirect) }))
    .sort((a, b) => Buffer.compare(a.key, b.key));
  const writer = new BinaryWriter();
  const reader = new BinaryReader(grant);
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const [number, wireType] = reader.tag();
    reader.skip(wireType, number);
    if (number !== fields.sources) writer.raw(grant.subarray(start, reader.pos));
  }
  writer.tag(fields.sources, WireType.LengthDelimited).bytes(Buffer.concat(entries.map(({ entry }) => entry)));
  return writer.finish();
}
