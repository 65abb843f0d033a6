// Gathers the ids of a paged listing while a caller walks through it, and knows when it has seen all of its pages.

/** Pages may come twice or in any order; they begin at multiples of one page size. */
export class IdCollector {
  readonly ids = new Set<string>();
  readonly #offsets = new Set<number>();
  #pages: number | undefined;

  /**
   * @param offset - Where the page began, a multiple of `pageSize`.
   * @param isLast - Whether no page follows.
   */
  add(offset: number, pageSize: number, ids: Iterable<string>, isLast: boolean): void {
    for (const id of ids) {
      this.ids.add(id);
    }
    this.#offsets.add(offset);
    if (isLast) {
      this.#pages = offset / pageSize + 1;
    }
  }

  /** Whether `ids` is all of them. */
  get isComplete(): boolean {
    return this.#pages !== undefined && this.#offsets.size >= this.#pages;
  }
}
