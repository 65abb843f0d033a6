// Cuts a JSON array of objects, which arrives in pieces, into the bytes of its objects.
import { ReportFormatError } from './report-format-error.ts';

/**
 * Gets the bytes of one row: `bytes` from `start` up to, and without, `end`. They may change after the call. What is
 * between the braces is not checked yet.
 */
export type OnRow = (bytes: Buffer, start: number, end: number) => void;

export interface RowSplitterOptions {
  readonly onRow: OnRow;
  /** The largest row. A larger one is an error: rows are held one at a time, and no real one comes near. */
  readonly rowBytesMax: number;
}

const quote = 0x22;
const comma = 0x2c;
const bracketOpen = 0x5b;
const backslash = 0x5c;
const bracketClose = 0x5d;
const braceOpen = 0x7b;
const braceClose = 0x7d;

/** What may come next, outside of a row. */
type Expectation = 'array' | 'first row or end' | 'row' | 'comma or end' | 'nothing';

const problems: Readonly<Record<Expectation, string>> = {
  array: 'does not begin with [',
  'first row or end': 'has something else than an object as a row',
  row: 'has something else than an object as a row',
  'comma or end': 'has something else than a comma behind a row',
  nothing: 'goes on behind its end',
};

export class RowSplitter {
  /** Where in the report the row begins that was handed on last, or that is under way. */
  rowOffset = 0;
  readonly #onRow: OnRow;
  readonly #rowBytesMax: number;
  #expected: Expectation = 'array';
  #rows = 0;
  /** Bytes in the pieces before the present one. */
  #offset = 0;

  // Inside of a row: how many braces are open, whether in a string, and how many bytes of the next piece stand behind
  // a backslash.
  #depth = 0;
  #isInString = false;
  #escaped = 0;
  /** What earlier pieces held of the row. */
  #begun: Buffer[] = [];
  #begunBytes = 0;

  constructor(options: RowSplitterOptions) {
    this.#onRow = options.onRow;
    this.#rowBytesMax = options.rowBytesMax;
  }

  /** Rows that were handed on. */
  get rows(): number {
    return this.#rows;
  }

  push(piece: Uint8Array): void {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    let position = this.#depth === 0 ? 0 : this.#handOnBegun(bytes);
    while (position < bytes.length) {
      const start = this.#findRow(bytes, position);
      if (start < 0) break;
      this.rowOffset = this.#offset + start;
      const end = this.#findRowEnd(bytes, start);
      if (end < 0) {
        this.#keep(bytes.subarray(start));
        break;
      }
      this.#handOn(bytes, start, end);
      position = end;
    }
    this.#offset += bytes.length;
  }

  end(): void {
    if (this.#depth === 0 && this.#expected === 'nothing') return;
    throw this.fail(this.#offset === 0 ? 'is empty' : 'is cut off', this.#offset, true);
  }

  /** Makes the error for what is wrong at a byte of the report, in the row that comes next. */
  fail(problem: string, byteOffset: number, isCutOff: boolean): ReportFormatError {
    return new ReportFormatError(problem, { byteOffset, row: this.#rows + 1, isCutOff });
  }

  /** Reads what stands between rows. Returns where the next row begins, or -1 when that is not in this piece. */
  #findRow(bytes: Buffer, from: number): number {
    for (let position = from; position < bytes.length; position += 1) {
      const byte = bytes[position];
      if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) continue;
      const expected = this.#expected;
      if (expected === 'array' && byte === bracketOpen) this.#expected = 'first row or end';
      else if (expected === 'comma or end' && byte === comma) this.#expected = 'row';
      else if (expected === 'comma or end' && byte === bracketClose) this.#expected = 'nothing';
      else if (expected === 'first row or end' && byte === bracketClose) this.#expected = 'nothing';
      else if ((expected === 'row' || expected === 'first row or end') && byte === braceOpen) return position;
      else throw this.fail(problems[expected], this.#offset + position, false);
    }
    return -1;
  }

  /**
   * Goes on to the end of the row: the brace that closes its first one. Of JSON's grammar only strings and braces
   * matter to find it; what is wrong between them, parsing finds.
   * @returns The position behind it, or -1 when that is not in this piece.
   */
  #findRowEnd(bytes: Buffer, from: number): number {
    const length = bytes.length;
    let depth = this.#depth;
    let isInString = this.#isInString;
    let position = from;
    while (position < length) {
      if (isInString) {
        while (position < length) {
          const byte = bytes[position];
          position += 1;
          if (byte === quote) {
            isInString = false;
            break;
          }
          if (byte === backslash) position += 1;
        }
      } else {
        const byte = bytes[position];
        position += 1;
        if (byte === quote) {
          isInString = true;
        } else if (byte === braceOpen) {
          depth += 1;
        } else if (byte === braceClose) {
          depth -= 1;
          if (depth === 0) {
            this.#depth = 0;
            this.#isInString = false;
            return position;
          }
        }
      }
    }
    this.#depth = depth;
    this.#isInString = isInString;
    this.#escaped = position - length;
    return -1;
  }

  /** Goes on with a row that earlier pieces began. Returns where what is behind it begins. */
  #handOnBegun(bytes: Buffer): number {
    const end = this.#findRowEnd(bytes, this.#escaped);
    this.#keep(end < 0 ? bytes : bytes.subarray(0, end));
    if (end < 0) return bytes.length;
    const row = Buffer.concat(this.#begun, this.#begunBytes);
    this.#begun = [];
    this.#begunBytes = 0;
    this.#handOn(row, 0, row.length);
    return end;
  }

  /** Keeps a copy of a part of a row: the piece may be a buffer that its owner fills again. */
  #keep(part: Buffer): void {
    this.#begun.push(Buffer.from(part));
    this.#begunBytes += part.length;
    if (this.#begunBytes > this.#rowBytesMax) {
      throw this.fail(`has a row of more than ${this.#rowBytesMax} bytes`, this.rowOffset, false);
    }
  }

  #handOn(bytes: Buffer, start: number, end: number): void {
    this.#onRow(bytes, start, end);
    this.#rows += 1;
    this.#expected = 'comma or end';
  }
}
