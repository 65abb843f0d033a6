// Builds an index from rows in the order of their keys.
import type { DatabaseFile } from './database-file.ts';
import { putRowId, putVarint, rowIdBytes, rowIdType, varintBytes } from './record.ts';
import type { TextColumn } from './text-column.ts';
import { TreeBuilder } from './tree-builder.ts';

/** An index to build. */
interface IndexOptions {
  readonly name: string;
  readonly rootPage: number;
  /** Room for a page, filled with zeros, in the buffer that the columns are written to. */
  readonly place: { readonly bytes: Buffer; readonly start: number };
  /** Its columns, in groups of adjacent ones. */
  readonly columns: readonly (readonly TextColumn[])[];
  /** Whether the row id is a column too, after the others. */
  readonly withId?: boolean;
  readonly isUnique?: boolean;
}

/** An index of text columns, which hold the values of the current row. */
export class IndexBuilder {
  readonly name: string;
  readonly #tree: TreeBuilder;
  readonly #bytes: Buffer;
  readonly #columns: readonly TextColumn[];
  /** The first and the last column of each group. */
  readonly #spans: readonly (readonly [TextColumn, TextColumn])[];
  readonly #withId: boolean;
  readonly #isUnique: boolean;
  readonly #payloadMaxBytes: number;
  /** For the row that was last passed to {@link fits}. */
  #headerBytes = 0;
  #payloadBytes = 0;
  #isDropped = false;

  constructor(file: DatabaseFile, options: IndexOptions) {
    this.name = options.name;
    this.#tree = new TreeBuilder(file, 'index', options.rootPage, options.place);
    this.#bytes = options.place.bytes;
    this.#columns = options.columns.flat();
    this.#spans = options.columns.map((group) => [group[0] as TextColumn, group.at(-1) as TextColumn]);
    this.#withId = options.withId ?? false;
    this.#isUnique = options.isUnique ?? false;
    // A longer record needs an overflow page (section 1.6 of the file format, "X" of an index).
    this.#payloadMaxBytes = Math.floor(((file.usableBytes - 12) * 64) / 255) - 23;
  }

  /** Whether a row is missing, so that the index is of no use. Its tree is intact, so SQLite can drop it. */
  get isDropped(): boolean {
    return this.#isDropped;
  }

  drop(): void {
    this.#isDropped = true;
  }

  /** Whether the current row can be added without an overflow page. Call it before {@link add}. */
  fits(rowId: number): boolean {
    const idType = rowIdType(rowId);
    const ids = this.#withId ? 2 : 1;
    let headerBytes = 1 + ids;
    let valueBytes = ids * rowIdBytes(idType);
    for (const column of this.#columns) {
      headerBytes += column.typeBytes;
      valueBytes += column.byteLength;
    }
    this.#headerBytes = headerBytes;
    this.#payloadBytes = headerBytes + valueBytes;
    return this.#payloadBytes <= this.#payloadMaxBytes;
  }

  /** Whether the current row sorts after the previous one, whose row id is lower. */
  isInOrder(): boolean {
    for (const { order } of this.#columns) {
      if (order !== 0) return order > 0;
    }
    return !this.#isUnique;
  }

  /** Adds the current row: a record of the columns and the row id (sections 1.6 and 2.4 of the file format). */
  add(rowId: number): void {
    const payloadBytes = this.#payloadBytes;
    const start = this.#tree.addCell(varintBytes(payloadBytes) + payloadBytes, rowId);
    const bytes = this.#bytes;
    let at = putVarint(bytes, start, payloadBytes);
    // One byte: a header holds a few types of at most three bytes.
    bytes[at++] = this.#headerBytes;
    for (const column of this.#columns) at = column.putType(bytes, at);
    const idType = rowIdType(rowId);
    bytes[at++] = idType;
    if (this.#withId) bytes[at++] = idType;
    for (const [first, last] of this.#spans) {
      bytes.copyWithin(at, first.start, last.end);
      at += last.end - first.start;
    }
    at = putRowId(bytes, at, rowId);
    if (this.#withId) putRowId(bytes, at, rowId);
  }

  finish(): void {
    this.#tree.finish();
  }
}
