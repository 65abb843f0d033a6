// Gathers the ids of a paged listing while a caller walks through it, and knows when it has seen all of its pages.

/** Pages may come twice and in any order, as a caller asks for them. */
export class IdCollector {
  readonly ids = new Set<string>();
  /** Where the page behind each page begins; nothing behind the last one. */
  readonly #next = new Map<number, number | undefined>();

  /**
   * Takes note of a page.
   * @param offset - Where it begins; the first page begins at 0.
   * @param nextOffset - Where the next one begins; nothing on the last one.
   */
  add(offset: number, nextOffset: number | undefined, ids: Iterable<string>): void {
    for (const id of ids) {
      this.ids.add(id);
    }
    this.#next.set(offset, nextOffset);
  }

  /** Whether `ids` is all of them: the pages seen lead from the first to the last one. */
  get isComplete(): boolean {
    let offset: number | undefined = 0;
    while (offset !== undefined) {
      if (!this.#next.has(offset)) {
        return false;
      }
      offset = this.#next.get(offset);
    }
    return true;
  }
}
