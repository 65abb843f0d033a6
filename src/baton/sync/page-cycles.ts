// Ends listings whose page tokens repeat.
import { Code, ServiceError } from '../author/service-error.ts';
import type { SyncAction } from './plan/sync-action.ts';

/** One page token of a listing, with which those of later pages are compared. */
interface Mark {
  token: string;
  /** How many pages came since, and after how many another token is remembered. */
  pages: number;
  pagesMax: number;
}

/**
 * Finds a cycle of page tokens with one remembered token per listing, by Brent's algorithm: a token may be a megabyte and
 * a listing have a million pages. A cycle is found after at most three times as many pages as there were up to its end.
 */
export class PageCycles {
  /** By the id of the listing's action. */
  readonly #marks = new Map<string, Mark>();

  /**
   * Must be called with each page of each listing.
   * @param action - The listing, at the token of the page.
   * @throws ServiceError INTERNAL if the listing would never end.
   */
  check({ id, pageToken }: Pick<SyncAction, 'id' | 'pageToken'>, nextPageToken: string): void {
    if (nextPageToken === '') {
      this.#marks.delete(id);
      return;
    }
    const mark = this.#marks.get(id) ?? { token: pageToken, pages: 0, pagesMax: 1 };
    if (nextPageToken === pageToken || nextPageToken === mark.token) {
      throw new ServiceError(
        Code.Internal,
        'the connector returned the same page token again: the listing would never end',
        { reason: 'page_token_unchanged' },
      );
    }
    mark.pages++;
    if (mark.pages === mark.pagesMax) {
      this.#marks.set(id, { token: nextPageToken, pages: 0, pagesMax: 2 * mark.pagesMax });
    } else {
      this.#marks.set(id, mark);
    }
  }
}
