// Builds a b-tree from cells in the order of their keys, with one page per level in memory.
import type { DatabaseFile } from './database-file.ts';
import { putVarint, varintBytes } from './record.ts';
import { type TreeKind, TreePage } from './tree-page.ts';

/**
 * The tree of a table or an index, below an existing root page (section 1.6 of https://www.sqlite.org/fileformat2.html).
 *
 * A full page goes to the file, and the page above it gets a cell with its number and a key that separates it from the
 * next page. In an index that key is a row which occurs nowhere else: the last cell of the full page moves up. So does
 * the last cell of an interior page, whose child becomes the right-most one. The full page keeps at least one cell, and
 * the new page gets one, as SQLite requires of every page but the root.
 */
export class TreeBuilder {
  readonly #file: DatabaseFile;
  readonly #kind: TreeKind;
  readonly #rootPage: number;
  readonly #leaf: TreePage;
  /** The open page of each level, the leaf first. */
  readonly #pages: TreePage[];
  #lastRowId = 0;

  /** @param place - Room for the leaf page, filled with zeros. */
  constructor(file: DatabaseFile, kind: TreeKind, rootPage: number, place: { bytes: Buffer; start: number }) {
    this.#file = file;
    this.#kind = kind;
    this.#rootPage = rootPage;
    this.#leaf = new TreePage(kind, 'leaf', file, place);
    this.#pages = [this.#leaf];
  }

  /**
   * Makes room for a cell after all others.
   * @param cellBytes - At most what fits into a leaf page without an overflow page.
   * @param rowId - The key of a table.
   * @returns Where its bytes go.
   */
  addCell(cellBytes: number, rowId: number): number {
    if (!this.#leaf.hasRoomFor(cellBytes)) this.#writePage(0);
    this.#lastRowId = rowId;
    return this.#leaf.addCell(cellBytes);
  }

  /** Writes the open pages. The topmost one becomes the root. */
  finish(): void {
    let child: number | undefined;
    for (const [level, page] of this.#pages.entries()) {
      const bytes = page.finish(child);
      if (level < this.#pages.length - 1) child = this.#file.append(bytes);
      else this.#file.overwrite(this.#rootPage, bytes);
    }
  }

  /** Writes the full page of a level, and starts another one. */
  #writePage(level: number): void {
    const page = this.#pages[level] as TreePage;
    if (this.#kind === 'table' && level === 0) {
      const key = Buffer.alloc(varintBytes(this.#lastRowId));
      putVarint(key, 0, this.#lastRowId);
      this.#addChild(level + 1, this.#file.append(page.finish(undefined)), key);
    } else {
      const { lastCellStart, lastCellEnd } = page;
      // In an interior page, the number of the child precedes the key.
      const keyStart = level === 0 ? lastCellStart : lastCellStart + 4;
      const key = Buffer.from(page.bytes.subarray(keyStart, lastCellEnd));
      const rightChild = level === 0 ? undefined : page.bytes.readUInt32BE(lastCellStart);
      page.removeLastCell();
      this.#addChild(level + 1, this.#file.append(page.finish(rightChild)), key);
    }
    page.clear();
  }

  #addChild(level: number, child: number, key: Buffer): void {
    const page = this.#pages[level] ?? new TreePage(this.#kind, 'interior', this.#file);
    this.#pages[level] = page;
    if (!page.hasRoomFor(4 + key.length)) this.#writePage(level);
    const at = page.addCell(4 + key.length);
    page.bytes.writeUInt32BE(child, at);
    key.copy(page.bytes, at + 4);
  }
}
