// Reads annotations, which may contain anything.
import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { type Any, anyUnpack } from '@bufbuild/protobuf/wkt';

/** The message of a type in an annotation; undefined for another type, and for malformed bytes. */
export function unpack<Desc extends DescMessage>(any: Any, desc: Desc): MessageShape<Desc> | undefined {
  try {
    return anyUnpack(any, desc);
  } catch {
    return undefined;
  }
}
