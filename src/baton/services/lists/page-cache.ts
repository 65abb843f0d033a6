// Keeps the few pages that were cut in the middle, so that the rest of one needs no second call to the application.
import type { Page } from '../../author/connector.ts';

/** Pages kept at a time. A caller that walks one enumeration needs one; workers and several callers a few more. */
const pagesMax = 16;

/**
 * A cache and no more than that: a page that is not here any more is read again from its token, by any process.
 * A page is kept for a minute at most, since the application behind it changes.
 */
export class PageCache {
  readonly #pages = new Map<string, { readonly page: Page<unknown, unknown>; readonly until: number }>();
  readonly #keepMs: number;
  readonly #now: () => number;

  constructor(keepMs = 60_000, now: () => number = Date.now) {
    this.#keepMs = keepMs;
    this.#now = now;
  }

  get(key: string): Page<unknown, unknown> | undefined {
    const found = this.#pages.get(key);
    if (found && found.until <= this.#now()) {
      this.#pages.delete(key);
      return undefined;
    }
    return found?.page;
  }

  set(key: string, page: Page<unknown, unknown>): void {
    this.#pages.delete(key);
    for (const [oldKey, old] of this.#pages) {
      if (this.#pages.size < pagesMax && old.until > this.#now()) {
        break;
      }
      this.#pages.delete(oldKey);
    }
    this.#pages.set(key, { page, until: this.#now() + this.#keepMs });
  }

  delete(key: string): void {
    this.#pages.delete(key);
  }
}
