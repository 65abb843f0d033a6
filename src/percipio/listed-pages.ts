// Keeps the pages of a listing that a caller walks through, and knows when it has seen all of them.

/** One page: what it holds, and the key of the page behind it; nothing behind the last one. */
export interface ListedPage<Item> {
  readonly items: readonly Item[];
  readonly nextKey: string | undefined;
}

/** The key of the first page. */
export const firstPageKey = '';

/** Pages of one listing by key, such as the page token as text. They may come twice and in any order. */
export class ListedPages<Item, Page extends ListedPage<Item> = ListedPage<Item>> {
  readonly #pages = new Map<string, Page>();
  #all: readonly Item[] | undefined;

  add(key: string, page: Page): void {
    this.#pages.set(key, page);
    this.#all = undefined;
  }

  get(key: string): Page | undefined {
    return this.#pages.get(key);
  }

  /** Whether any page was seen. */
  get isBegun(): boolean {
    return this.#pages.size > 0;
  }

  /**
   * Everything listed, in order, once the pages seen lead from the first to the last one; nothing before that. The same
   * array again until a page is added.
   */
  all(): readonly Item[] | undefined {
    this.#all ??= this.#join();
    return this.#all;
  }

  #join(): Item[] | undefined {
    const items: Item[] = [];
    let key: string | undefined = firstPageKey;
    while (key !== undefined) {
      const page = this.#pages.get(key);
      if (!page) {
        return undefined;
      }
      items.push(...page.items);
      key = page.nextKey;
    }
    return items;
  }
}
