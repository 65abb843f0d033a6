// Skips JSON values in bytes, and checks their syntax.

// Positions are byte positions. Functions return the position after what they skipped, `incomplete` where the bytes end too
// early, or `invalid` where they are not JSON. A zero follows the bytes, so that no loop has to check for their end: JSON
// has no zero outside strings, and no valid one inside.

/** The bytes end before the value does. */
export const incomplete = -1;

/** The bytes are not JSON. */
export const invalid = -2;

/** By byte: 0 for the content of a string; anything else ends a run of it. */
export const endsRun = new Uint8Array(256).fill(1, 0, 0x20);
endsRun[0x22] = 1;
endsRun[0x5c] = 1;

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const bracketOpen = 0x5b;
const bracketClose = 0x5d;
const braceOpen = 0x7b;
const braceClose = 0x7d;

export function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Skips blanks. */
export function skipBlanks(bytes: Uint8Array, from: number): number {
  let position = from;
  while (isBlank(bytes[position] as number)) position += 1;
  return position;
}

/** Skips the rest of a string, including its closing quote, from anywhere except the middle of an escape. */
export function skipString(bytes: Uint8Array, from: number, end: number): number {
  let position = from;
  for (;;) {
    while (endsRun[bytes[position] as number] === 0) position += 1;
    const byte = bytes[position];
    if (byte === quote) return position + 1;
    if (byte !== backslash) return position >= end ? incomplete : invalid;
    position = skipEscape(bytes, position, end);
    if (position < 0) return position;
  }
}

/** Skips an escape such as `\n` or `\u00e9`. */
export function skipEscape(bytes: Uint8Array, from: number, end: number): number {
  const kind = bytes[from + 1] as number;
  if (kind !== 0x75)
    return from + 1 >= end ? incomplete : '"\\/bfnrt'.includes(String.fromCharCode(kind)) ? from + 2 : invalid;
  for (let position = from + 2; position < from + 6; position += 1) {
    if (position >= end) return incomplete;
    const digit = bytes[position] as number;
    const isHex = (digit >= 0x30 && digit <= 0x39) || ((digit | 0x20) >= 0x61 && (digit | 0x20) <= 0x66);
    if (!isHex) return invalid;
  }
  return from + 6;
}

/** Skips any value, however deeply nested. */
export function skipValue(bytes: Uint8Array, from: number, end: number): number {
  /** The open brackets. */
  const open: number[] = [];
  let position = from;
  for (;;) {
    // A value begins, or an empty object or array ends.
    position = skipBlanks(bytes, position);
    const byte = bytes[position] as number;
    if (byte === braceOpen || byte === bracketOpen) {
      open.push(byte);
      const inside = skipBlanks(bytes, position + 1);
      const closing = byte === braceOpen ? braceClose : bracketClose;
      if (bytes[inside] !== closing) {
        position = byte === braceOpen ? skipKey(bytes, inside, end) : inside;
        if (position < 0) return position;
        continue;
      }
      position = inside;
    } else {
      position = byte === quote ? skipString(bytes, position + 1, end) : skipScalar(bytes, position, end);
      if (position < 0) return position;
    }
    // After a value, or at the bracket that closes an empty one.
    for (;;) {
      const within = open.at(-1);
      if (within === undefined) return position;
      position = skipBlanks(bytes, position);
      const next = bytes[position] as number;
      if (next === (within === braceOpen ? braceClose : bracketClose)) {
        open.pop();
        position += 1;
        continue;
      }
      if (next !== comma) return position >= end ? incomplete : invalid;
      position = skipBlanks(bytes, position + 1);
      if (within === braceOpen) {
        position = skipKey(bytes, position, end);
        if (position < 0) return position;
      }
      break;
    }
  }
}

/** Skips a key and its colon. */
function skipKey(bytes: Uint8Array, from: number, end: number): number {
  if (bytes[from] !== quote) return from >= end ? incomplete : invalid;
  const keyEnd = skipString(bytes, from + 1, end);
  if (keyEnd < 0) return keyEnd;
  const position = skipBlanks(bytes, keyEnd);
  if (bytes[position] !== colon) return position >= end ? incomplete : invalid;
  return position + 1;
}

const number = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

/** Skips a number, `true`, `false` or `null`: rare in a report, whose values are strings. */
function skipScalar(bytes: Uint8Array, from: number, end: number): number {
  let position = from;
  while (isOfScalar(bytes[position] as number)) position += 1;
  if (position >= end) return incomplete;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, position - from).toString('latin1');
  return text === 'true' || text === 'false' || text === 'null' || number.test(text) ? position : invalid;
}

function isOfScalar(byte: number): boolean {
  const isLetter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
  return isLetter || (byte >= 0x30 && byte <= 0x39) || byte === 0x2b || byte === 0x2d || byte === 0x2e;
}
