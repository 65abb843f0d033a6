// Where bytes are put together.

const bytesAtFirst = 4096;

/** Grows to what is put there at a time, and is used again: setting `length` to 0 empties it. */
export class GrowingBuffer {
  bytes: Buffer = Buffer.allocUnsafe(bytesAtFirst);
  /** How many of them hold something. */
  length = 0;

  /** Makes room for so many bytes more, which the caller writes behind `length`. */
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

/** How many bytes a length takes. */
export function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest > 0x7f; rest >>>= 7) size++;
  return size;
}
