// A text column: properties of its value in the current row, and where its bytes are.
import { compareUtf8 } from '../tables/compare-utf8.ts';
import { putVarint, textType, varintBytes } from './record.ts';

/** Properties are computed when the value changes: most values equal those of the previous row. */
export class TextColumn {
  /** The value as SQLite would read it back. */
  text = '';
  /** Length of the value in UTF-8. */
  byteLength = 0;
  /** Size of its serial type in the header of a record, in bytes. */
  typeBytes = 1;
  /** Above 0 if the value sorts after that of the previous row, below 0 if before it, 0 if they are equal. */
  order = 1;
  /** Where {@link write} has written the value. */
  start = 0;
  end = 0;
  /** The argument of {@link set}, which differs from the text if it has a lone surrogate. */
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
    // UTF-8 cannot represent a lone surrogate: Node passes U+FFFD to SQLite, which is as long.
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

  /** Writes the value, unless it is already there. @returns the position after it */
  write(bytes: Buffer, at: number): number {
    if (this.#isWritten && this.start === at) return this.end;
    this.start = at;
    // The same bytes for ASCII, and faster.
    this.end = at + bytes.write(this.text, at, this.byteLength, this.#isAscii ? 'latin1' : 'utf8');
    this.#isWritten = true;
    return this.end;
  }

  /** Writes the serial type. @returns the position after it */
  putType(bytes: Uint8Array, at: number): number {
    return putVarint(bytes, at, textType(this.byteLength));
  }
}
