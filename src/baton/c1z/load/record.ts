// SQLite's encoding of numbers and records (sections 1.6 and 2.1 of https://www.sqlite.org/fileformat2.html).

/** The size of a variable-length integer below 2^35, in bytes. */
export function varintBytes(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5;
}

/** Writes a variable-length integer below 2^35: seven bits per byte, highest first. @returns the position after it */
export function putVarint(bytes: Uint8Array, at: number, value: number): number {
  // Almost all are short, and a row has about thirty.
  if (value < 0x80) {
    bytes[at] = value;
    return at + 1;
  }
  if (value < 0x4000) {
    bytes[at] = (value >>> 7) | 0x80;
    bytes[at + 1] = value & 0x7f;
    return at + 2;
  }
  const end = at + varintBytes(value);
  bytes[end - 1] = value & 0x7f;
  // Divided, not shifted: a row id can have more than 32 bits.
  let rest = Math.floor(value / 0x80);
  for (let i = end - 2; i >= at; i--) {
    bytes[i] = (rest & 0x7f) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  return end;
}

/** The serial type of NULL, and of an `integer primary key`, whose value is the row id. */
export const nullType = 0;
/** The serial types of the integers 0 and 1, which take no bytes since schema format 4. */
export const zeroType = 8;
export const oneType = 9;

/** The serial type of a text. */
export function textType(byteLength: number): number {
  return 13 + 2 * byteLength;
}

/** The serial type of a blob. */
export function blobType(byteLength: number): number {
  return 12 + 2 * byteLength;
}

/** The serial type of a row id below 2^31: the shortest one, as readers expect. */
export function rowIdType(rowId: number): number {
  return rowId === 1 ? oneType : rowId < 0x80 ? 1 : rowId < 0x8000 ? 2 : rowId < 0x80_0000 ? 3 : 4;
}

/** The size of a row id of this {@link rowIdType}, in bytes. */
export function rowIdBytes(type: number): number {
  return type === oneType ? 0 : type;
}

/** Writes a row id as the value of a record. @returns the position after it */
export function putRowId(bytes: Uint8Array, at: number, rowId: number): number {
  const end = at + rowIdBytes(rowIdType(rowId));
  let rest = rowId;
  for (let i = end - 1; i >= at; i--) {
    bytes[i] = rest & 0xff;
    rest >>>= 8;
  }
  return end;
}
