// Decodes the message of a row.
import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import { damagedError } from '../c1z/file/storage-error.ts';

/** @throws {C1zError} `damaged` */
export function decodeRow<Desc extends DescMessage>(desc: Desc, data: unknown): MessageShape<Desc> {
  try {
    return fromBinary(desc, data as Uint8Array);
  } catch (error) {
    throw damagedError(error);
  }
}
