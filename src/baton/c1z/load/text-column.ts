// A column of text: what is to be known of its value in the row at hand, and where its bytes are.
import { putVarint, textType, varintBytes } from './record.ts';

/** What is known of a value is worked out when it changes: most are those of the row before. */
export class TextColumn {
  /** The value, as SQLite would read it again. */
  text = '';
  /** Of the value in UTF-8. */
  byteLength = 0;
  /** How many bytes its serial type takes in the header of a record. */
  typeBytes = 1;
  /** Above 0 if the value comes behind that of the row before in SQLite's order, below 0 before it, 0 for the same. */
  order = 1;
  /** Where {@link write} has put the value. */
  start = 0;
  end = 0;
  /** What {@link set} was given, which is not the text if that has half a surrogate pair. */
  #given: string | undefined;
  #isAscii = true;
  #isWritten = false;

  set(value: string): void {
    const given = this.#given;
    if (value === given) {
      this.order = 0;
      return;
    }
    const byteLength = Buffer.byteLength(value);
    const isAscii = byteLength === value.length;
    // UTF-8 cannot hold half a surrogate pair: Node gives SQLite U+FFFD, which is as long.
    const text = isAscii ? value : value.toWellFormed();
    if (given === undefined) this.order = 1;
    else if (isAscii && this.#isAscii) this.order = text > this.text ? 1 : -1;
    else this.order = compareUtf8(text, this.text);
    this.#given = value;
    this.#isAscii = isAscii;
    this.#isWritten = false;
    this.text = text;
    this.byteLength = byteLength;
    this.typeBytes = varintBytes(textType(byteLength));
  }

  /** Writes the value, unless it is there already. @returns the place behind it */
  write(bytes: Buffer, at: number): number {
    if (this.#isWritten && this.start === at) return this.end;
    this.start = at;
    // Of ASCII the bytes are the same, and Node is quicker.
    this.end = at + bytes.write(this.text, at, this.byteLength, this.#isAscii ? 'latin1' : 'utf8');
    this.#isWritten = true;
    return this.end;
  }

  /** Writes the serial type. @returns the place behind it */
  putType(bytes: Uint8Array, at: number): number {
    return putVarint(bytes, at, textType(this.byteLength));
  }
}

/** Compares well-formed strings as their bytes in UTF-8 compare, which is SQLite's order. */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return utf8Rank(x) - utf8Rank(y);
  }
  return a.length - b.length;
}

/** In UTF-8 the characters of surrogate pairs come last; in UTF-16, U+E000 to U+FFFF come behind them. */
function utf8Rank(unit: number): number {
  return unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
