// Scans a report, a JSON array of objects, as it arrives in pieces, and finds the wanted fields of each row.
import { ReportFormatError, type ReportName } from './report-format-error.ts';
import { decodeText, RowFields, type Spans, scanRow } from './scan-row.ts';
import { incomplete, isBlank } from './skip-json.ts';

/**
 * Gets a row: the text of field i is UTF-8 in `bytes` from `spans[2 * i]` to `spans[2 * i + 1]` (exclusive). The start is
 * -1 if the field is missing or not a string. Both arrays may change after the call.
 */
type OnRow = (bytes: Uint8Array, spans: Spans) => void;

export interface ScanProgress {
  /** Bytes of the report, after decompression. */
  readonly bytes: number;
  readonly rows: number;
}

export interface ScanOptions {
  /** What errors name the report. Default: the activity report. */
  readonly name?: ReportName | undefined;
  /** Names of fields of which values that are not strings are wanted too: as JSON. Default none. */
  readonly anyForm?: readonly string[] | undefined;
  /** Ends the scan after the current piece. The body must react to the signal itself while it waits. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each piece. */
  readonly onProgress?: ((progress: ScanProgress) => void) | undefined;
}

/**
 * Scans a whole report.
 * @param fields - Names of the wanted fields.
 * @throws ReportFormatError when it is not a JSON array of objects, or not complete; what `body` or `onRow` throws; the
 * reason of the signal.
 */
export async function scanRows(
  body: AsyncIterable<Uint8Array>,
  fields: readonly string[],
  onRow: OnRow,
  { name, anyForm, signal, onProgress }: ScanOptions = {},
): Promise<ScanProgress> {
  const scanner = new RowScanner(new RowFields(fields, anyForm), onRow, name);
  let bytes = 0;
  for await (const piece of body) {
    signal?.throwIfAborted();
    scanner.push(piece);
    bytes += piece.length;
    onProgress?.({ bytes, rows: scanner.rows });
  }
  scanner.end();
  return { bytes, rows: scanner.rows };
}

/** Real rows have about 900 bytes. */
const rowBytesMax = 16 * 1024 * 1024;

/** An incomplete row that is longer than this is scanned again only when it has doubled. */
const patienceBytes = 64 * 1024;

/** What may come next outside a row. */
type Expectation = 'array' | 'first row or end' | 'row' | 'comma or end' | 'nothing';

const problems: Readonly<Record<Expectation, string>> = {
  array: 'does not begin with [',
  'first row or end': 'has a row that is not an object',
  row: 'has a row that is not an object',
  'comma or end': 'has something other than a comma after a row',
  nothing: 'continues after its end',
};

class RowScanner {
  readonly #fields: RowFields;
  readonly #spans: Spans;
  readonly #onRow: OnRow;
  readonly #name: ReportName | undefined;
  #expected: Expectation = 'array';
  #rows = 0;
  /** The beginning of an incomplete row, then the current piece, then a zero. */
  #bytes = new Uint8Array(2 * patienceBytes);
  /** How many of the bytes belong to the report. */
  #length = 0;
  /** Where in the report the bytes begin. */
  #offset = 0;
  /** How many bytes another scan needs. */
  #wanted = 0;

  constructor(fields: RowFields, onRow: OnRow, name: ReportName | undefined) {
    this.#fields = fields;
    this.#spans = new Int32Array(2 * fields.names.length);
    this.#onRow = onRow;
    this.#name = name;
  }

  /** How many rows `onRow` got. */
  get rows(): number {
    return this.#rows;
  }

  /** @throws ReportFormatError when the bytes are not a report. */
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

  /** Passes complete rows to `onRow`. Returns where an incomplete one begins, or the end. */
  #scan(): number {
    const bytes = this.#bytes;
    const end = this.#length;
    let position = 0;
    while (position < end) {
      const byte = bytes[position] as number;
      const expected = this.#expected;
      if (byte === 0x7b && (expected === 'row' || expected === 'first row or end')) {
        const next = scanRow(bytes, position, end, this.#fields, this.#spans);
        if (next === incomplete) return position;
        if (next < 0) throw this.#fail('has a row that is not valid JSON', position, false);
        this.#passOn();
        position = next;
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

  #passOn(): void {
    const bytes = this.#bytes;
    const spans = this.#spans;
    for (let i = 1; i < spans.length; i += 2) {
      const end = spans[i] as number;
      // Unescaped text is never longer than its escapes, and nobody reads the row again.
      if (end < -1 && (spans[i - 1] as number) >= 0) spans[i] = unescapeText(bytes, spans[i - 1] as number, -end - 1);
    }
    this.#onRow(bytes, spans);
    this.#rows += 1;
    this.#expected = 'comma or end';
  }

  /** An error about a byte, in the next row. */
  #fail(problem: string, position: number, isCutOff: boolean): ReportFormatError {
    const fields = { byteOffset: this.#offset + position, row: this.#rows + 1, isCutOff };
    return new ReportFormatError(problem, fields, this.#name);
  }
}

/** Unescapes a text in place. Returns its new end. */
function unescapeText(bytes: Uint8Array, start: number, end: number): number {
  const text = decodeText(bytes, start, end);
  const place = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
  return start + place.write(text, 'utf8');
}
