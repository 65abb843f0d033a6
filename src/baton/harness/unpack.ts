// Reads annotations that may hold anything.
import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { type Any, anyUnpack } from '@bufbuild/protobuf/wkt';

/** The message of a type in an annotation; nothing for another type, and for bytes that cannot be read. */
export function unpack<Desc extends DescMessage>(any: Any, desc: Desc): MessageShape<Desc> | undefined {
  try {
    return anyUnpack(any, desc);
  } catch {
    return undefined;
  }
}
