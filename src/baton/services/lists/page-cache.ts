// Caches the unsent rest of split pages, so that it needs no second call to the application.
import type { Page } from '../../author/connector.ts';

/** Maximum number of pages. A caller that walks one enumeration needs one; workers and several callers need a few. */
const pagesMax = 16;

/**
 * Only a cache: any process can read a missing page again from its token. A page expires after a minute, because the
 * application's data changes.
 */
export class PageCache {
  readonly #pages = new Map<string, { readonly page: Page<unknown, unknown>; readonly until: number }>();
  readonly #maxAgeMs: number;
  readonly #now: () => number;

  constructor(maxAgeMs = 60_000, now: () => number = Date.now) {
    this.#maxAgeMs = maxAgeMs;
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
    this.#pages.set(key, { page, until: this.#now() + this.#maxAgeMs });
  }

  delete(key: string): void {
    this.#pages.delete(key);
  }
}
