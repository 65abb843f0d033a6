// A buffer that bytes are appended to.

const initialBytes = 4096;

/** Grows as needed and is reused: setting `length` to 0 empties it. */
export class GrowingBuffer {
  bytes: Buffer = Buffer.allocUnsafe(initialBytes);
  /** How many of the bytes are in use. */
  length = 0;

  /** Makes room for `count` more bytes, which the caller writes after `length`. */
  reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.length + count));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }

  put(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  varint(value: number): void {
    this.reserve(5);
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) this.bytes[this.length++] = (rest & 0x7f) | 0x80;
    this.bytes[this.length++] = rest;
  }
}

/** How many bytes a length takes as a varint. */
export function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest > 0x7f; rest >>>= 7) size++;
  return size;
}
