// Encodes messages to the same bytes as Go's deterministic encoding.
import { create, type DescMessage, type Message, type MessageShape, toBinary } from '@bufbuild/protobuf';
import type { GenMessage } from '@bufbuild/protobuf/codegenv2';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { hasUnsortedMaps, sortMapEntries } from './map-order.ts';

/**
 * Encodes a message with its fields in the order of their numbers and map keys sorted by their bytes. ConductorOne and
 * `baton diff` compare the rows of .c1z files byte by byte, so the same object must give the same bytes, whatever the
 * order of its attributes.
 *
 * Messages in a field of type `Any` are encoded already: use this function there too.
 */
export function encodeMessage<Desc extends DescMessage>(desc: Desc, message: MessageShape<Desc>): Uint8Array {
  const bytes = toBinary(desc, message);
  return hasUnsortedMaps(desc, message) ? sortMapEntries(desc, bytes) : bytes;
}

/** How many messages are encoded together: enough to spread the cost of a list, few enough to be freed soon. */
const batchItems = 100;

/** The items in the given order, {@link batchItems} at a time, for {@link encodeList}. */
export function* batches<Item>(items: Iterable<Item>): Generator<Item[]> {
  let batch: Item[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < batchItems) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** A response that lists messages in its field 1. */
export type ListSchema<Item> = GenMessage<Message & { list: Item[] }>;

/**
 * Encodes messages of one type as {@link encodeMessage} does, in a third of the time: as one list, which saves a buffer
 * for each message, and cut apart afterwards.
 * @returns The bytes of each message. They share one buffer, so keep none for long.
 */
export function encodeList<Desc extends DescMessage>(
  desc: Desc,
  listDesc: ListSchema<MessageShape<Desc>>,
  list: MessageShape<Desc>[],
): Uint8Array[] {
  const reader = new BinaryReader(toBinary(listDesc, Object.assign(create(listDesc), { list })));
  return list.map((message) => {
    reader.tag();
    const bytes = reader.bytes();
    return hasUnsortedMaps(desc, message) ? sortMapEntries(desc, bytes) : bytes;
  });
}
