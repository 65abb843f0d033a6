// Skips values of JSON in bytes, and checks their grammar on the way.

// Positions are of bytes. What a function answers: the position behind what it skipped; `incomplete` where the bytes end
// before it does; `invalid` for what is no JSON. Behind the bytes stands a zero, so that no loop has to look for their
// end: a zero is no character of JSON outside of strings, and no valid one inside.

/** The bytes end before the value does. */
export const incomplete = -1;

/** The bytes are no JSON. */
export const invalid = -2;

/** What a byte is to a string: 0 for its content, anything else ends a run of it. */
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

/** Skips blanks, if there are any. */
export function skipBlanks(bytes: Uint8Array, from: number): number {
  let position = from;
  while (isBlank(bytes[position] as number)) position += 1;
  return position;
}

/** Skips what is left of a string, from anywhere in it but the middle of an escape, its closing quote included. */
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

/** Skips `\n`, `\u00e9` and so on. */
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

/** Skips any value, however deep it is. */
export function skipValue(bytes: Uint8Array, from: number, end: number): number {
  /** The brackets that are open. */
  const open: number[] = [];
  let position = from;
  for (;;) {
    // Here a value begins, or an empty object or list ends.
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
    // Behind a value, or at the bracket that closes an empty one.
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
  const behind = skipString(bytes, from + 1, end);
  if (behind < 0) return behind;
  const position = skipBlanks(bytes, behind);
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
