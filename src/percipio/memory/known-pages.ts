// Remembers the pages of a listing by their keys, and knows when it has seen all of them.

/** One page: its items, and the key of the next page; none on the last page. */
export interface KnownPage<Item> {
  readonly items: readonly Item[];
  readonly nextKey: string | undefined;
}

/** The key of the first page. */
export const firstPageKey = '';

/** Pages of one listing by key, such as the page token as text. They may come twice and in any order. */
export class KnownPages<Item, Page extends KnownPage<Item> = KnownPage<Item>> {
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
   * All items in order, once the known pages lead from the first to the last one; undefined before that. Returns the
   * same array until a page is added.
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
