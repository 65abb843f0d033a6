// Reads a report, a JSON array of objects that arrives in pieces, and tells where the wanted fields of each row are.
import { ReportFormatError } from './report-format-error.ts';
import { decodeText, RowFields, type Spans, scanRow } from './scan-row.ts';
import { incomplete, isBlank } from './skip-json.ts';

/**
 * Gets a row: for field i, its text in UTF-8 from `spans[2 * i]` up to, and without, `spans[2 * i + 1]`; -1 where it is
 * missing or no text. Both may change after the call.
 */
export type OnScannedRow = (bytes: Uint8Array, spans: Spans) => void;

export interface RowScannerOptions {
  /** Names of fields. */
  readonly fields: readonly string[];
  readonly onRow: OnScannedRow;
}

/** Real rows have about 900 bytes. */
const rowBytesMax = 16 * 1024 * 1024;

/** A row that has become so long without an end is looked at again only when it has doubled. */
const patienceBytes = 64 * 1024;

/** What may come next, outside of a row. */
type Expectation = 'array' | 'first row or end' | 'row' | 'comma or end' | 'nothing';

const problems: Readonly<Record<Expectation, string>> = {
  array: 'does not begin with [',
  'first row or end': 'has something else than an object as a row',
  row: 'has something else than an object as a row',
  'comma or end': 'has something else than a comma behind a row',
  nothing: 'goes on behind its end',
};

export class RowScanner {
  readonly #fields: RowFields;
  readonly #spans: Spans;
  readonly #onRow: OnScannedRow;
  #expected: Expectation = 'array';
  #rows = 0;
  /** The beginning of a row whose end is not here, and behind it the present piece, ended by a zero. */
  #bytes = new Uint8Array(2 * patienceBytes);
  /** How many of them are of the report. */
  #length = 0;
  /** Where in the report they begin. */
  #offset = 0;
  /** How many there must be before another look makes sense. */
  #wanted = 0;

  constructor({ fields, onRow }: RowScannerOptions) {
    this.#fields = new RowFields(fields);
    this.#spans = new Int32Array(2 * fields.length);
    this.#onRow = onRow;
  }

  /** Rows that were handed on. */
  get rows(): number {
    return this.#rows;
  }

  /** @throws ReportFormatError when the bytes are no report. */
  push(piece: Uint8Array): void {
    this.#append(piece);
    if (this.#length < this.#wanted && this.#length <= rowBytesMax) return;
    const kept = this.#scan();
    const begun = this.#length - kept;
    if (begun > rowBytesMax) throw this.#fail(`has a row of more than ${rowBytesMax} bytes`, kept, false);
    this.#bytes.copyWithin(0, kept, this.#length);
    this.#offset += kept;
    this.#length = begun;
    this.#wanted = begun > patienceBytes ? 2 * begun : 0;
  }

  /** @throws ReportFormatError when the report is not complete. */
  end(): void {
    if (this.#wanted > 0) {
      this.#wanted = 0;
      this.push(new Uint8Array());
    }
    if (this.#expected === 'nothing') return;
    const isEmpty = this.#offset + this.#length === 0;
    throw this.#fail(isEmpty ? 'is empty' : 'is cut off', this.#length, true);
  }

  #append(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length >= this.#bytes.length) {
      const larger = new Uint8Array(2 * length + 1);
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(piece, this.#length);
    this.#length = length;
    this.#bytes[length] = 0;
  }

  /** Hands on the rows that are complete. Returns where one begins that is not, or the end. */
  #scan(): number {
    const bytes = this.#bytes;
    const end = this.#length;
    let position = 0;
    while (position < end) {
      const byte = bytes[position] as number;
      const expected = this.#expected;
      if (byte === 0x7b && (expected === 'row' || expected === 'first row or end')) {
        const behind = scanRow(bytes, position, end, this.#fields, this.#spans);
        if (behind === incomplete) return position;
        if (behind < 0) throw this.#fail('has a row that is no valid JSON', position, false);
        this.#handOn();
        position = behind;
        continue;
      }
      if (expected === 'comma or end' && byte === 0x2c) this.#expected = 'row';
      else if (expected === 'array' && byte === 0x5b) this.#expected = 'first row or end';
      else if (byte === 0x5d && (expected === 'comma or end' || expected === 'first row or end'))
        this.#expected = 'nothing';
      else if (!isBlank(byte)) throw this.#fail(problems[expected], position, false);
      position += 1;
    }
    return end;
  }

  #handOn(): void {
    const bytes = this.#bytes;
    const spans = this.#spans;
    for (let i = 1; i < spans.length; i += 2) {
      const end = spans[i] as number;
      // Resolved text is never longer than its escapes, and nobody reads the row again.
      if (end < -1 && (spans[i - 1] as number) >= 0) spans[i] = resolve(bytes, spans[i - 1] as number, -end - 1);
    }
    this.#onRow(bytes, spans);
    this.#rows += 1;
    this.#expected = 'comma or end';
  }

  /** Makes the error for what is wrong at a byte, in the row that comes next. */
  #fail(problem: string, position: number, isCutOff: boolean): ReportFormatError {
    return new ReportFormatError(problem, { byteOffset: this.#offset + position, row: this.#rows + 1, isCutOff });
  }
}

/** Writes a text that has escapes over itself, without them. Returns where it now ends. */
function resolve(bytes: Uint8Array, start: number, end: number): number {
  const text = decodeText(bytes, start, end);
  const place = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
  return start + place.write(text, 'utf8');
}
