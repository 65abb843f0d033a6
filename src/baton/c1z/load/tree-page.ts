// One page of a b-tree that is being filled (section 1.6 of https://www.sqlite.org/fileformat2.html).

const pageTypes = {
  index: { leaf: 0x0a, interior: 0x02 },
  table: { leaf: 0x0d, interior: 0x05 },
};

export type TreeKind = keyof typeof pageTypes;

/** The page size of a database. */
export interface PageSize {
  readonly pageBytes: number;
  /** Bytes of a page without the reserved space at its end. */
  readonly usableBytes: number;
}

/** Cells are added in the order of their keys: the first one at the end of the page, each other one before it. */
export class TreePage {
  /** The buffer with the page. Positions of cells refer to it. */
  readonly bytes: Buffer;
  readonly #start: number;
  readonly #pageBytes: number;
  /** Where the cell pointers start. */
  readonly #pointers: number;
  /** Where the first cell ends. */
  readonly #contentEnd: number;
  #cells = 0;
  /** Where the last cell starts. */
  #contentStart: number;

  /** @param place - Room for the page in a larger buffer, filled with zeros. Default: a buffer of its own. */
  constructor(kind: TreeKind, level: 'leaf' | 'interior', size: PageSize, place?: { bytes: Buffer; start: number }) {
    this.bytes = place?.bytes ?? Buffer.alloc(size.pageBytes);
    this.#start = place?.start ?? 0;
    this.bytes[this.#start] = pageTypes[kind][level];
    this.#pageBytes = size.pageBytes;
    this.#pointers = this.#start + (level === 'leaf' ? 8 : 12);
    this.#contentEnd = this.#start + size.usableBytes;
    this.#contentStart = this.#contentEnd;
  }

  get lastCellStart(): number {
    return this.#contentStart;
  }

  /** Only for a page with at least two cells, as every full page has. */
  get lastCellEnd(): number {
    return this.#start + this.bytes.readUInt16BE(this.#pointers + 2 * (this.#cells - 2));
  }

  hasRoomFor(cellBytes: number): boolean {
    return this.#pointers + 2 * (this.#cells + 1) <= this.#contentStart - cellBytes;
  }

  /** Makes room for a cell that fits. @returns where its bytes go */
  addCell(cellBytes: number): number {
    this.#contentStart -= cellBytes;
    this.bytes.writeUInt16BE(this.#contentStart - this.#start, this.#pointers + 2 * this.#cells);
    this.#cells++;
    return this.#contentStart;
  }

  /** Its bytes stay readable until another cell is added or the page is finished. */
  removeLastCell(): void {
    this.#contentStart = this.lastCellEnd;
    this.#cells--;
  }

  /**
   * @param rightChild - For an interior page: the page with all keys after the last cell.
   * @returns The page for the file, valid until the next change.
   */
  finish(rightChild: number | undefined): Buffer {
    const page = this.bytes.subarray(this.#start, this.#start + this.#pageBytes);
    page.writeUInt16BE(this.#cells, 3);
    // 65,536 is written as 0.
    page.writeUInt16BE((this.#contentStart - this.#start) & 0xffff, 5);
    if (rightChild !== undefined) page.writeUInt32BE(rightChild, 8);
    this.bytes.fill(0, this.#pointers + 2 * this.#cells, this.#contentStart);
    return page;
  }

  clear(): void {
    this.#cells = 0;
    this.#contentStart = this.#contentEnd;
  }
}
