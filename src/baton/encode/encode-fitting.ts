// Encodes as many items of a list response as fit into it, each item once.
import { create, toBinary } from '@bufbuild/protobuf';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import type { ListSchema } from './encode-message.ts';
import { GrowingBuffer } from './growing-buffer.ts';

/** Appends items as they are encoded in field 1 of a response: tag, length and bytes of each. */
export type PutItems<Item> = (items: readonly Item[], target: GrowingBuffer) => void;

/** The encoded items that fit. */
interface FittingItems {
  /** How many items fit, counted from the first one. */
  readonly count: number;
  /** These items, as {@link PutItems} appends them. The next call overwrites them. */
  readonly bytes: Uint8Array;
}

/** How many items are encoded between two checks of the size: a check costs as much as an item or two. */
const itemsAtATime = 64;

const scratch = new GrowingBuffer();

/**
 * Encodes items until `bytesMax` is reached. The first item always counts as fitting, so that every response makes
 * progress.
 */
export function encodeFitting<Item>(items: readonly Item[], bytesMax: number, put: PutItems<Item>): FittingItems {
  scratch.length = 0;
  let count = 0;
  while (count < items.length && scratch.length <= bytesMax) {
    const next = items.slice(count, count + itemsAtATime);
    put(next, scratch);
    count += next.length;
  }
  const written = scratch.bytes.subarray(0, scratch.length);
  const fitting = written.length <= bytesMax ? { count, end: written.length } : cut(written, bytesMax);
  return { count: fitting.count, bytes: written.subarray(0, fitting.end) };
}

/** Appends messages of the type that `desc` lists, as protobuf-es encodes them. */
export function putMessages<Item>(desc: ListSchema<Item>): PutItems<Item> {
  return (items, target) => target.put(toBinary(desc, Object.assign(create(desc), { list: items })));
}

/** The number of items within `bytesMax`, and where the last one ends. */
function cut(written: Uint8Array, bytesMax: number): { count: number; end: number } {
  const reader = new BinaryReader(written);
  let count = 0;
  let end = 0;
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    reader.skip(wireType, number);
    if (reader.pos > bytesMax && count > 0) break;
    count++;
    end = reader.pos;
  }
  return { count, end };
}
