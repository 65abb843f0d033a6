// What a process remembers of the users that a sync has listed: their ids, for reports, and their roles, for grants.
import { untilAborted } from 'baton-connector-sdk/http';
import { z } from 'zod';
import type { User } from '../api/user.ts';
import { type UsersApi, type UsersPage, usersPageSizeMax } from '../api/users.ts';
import { toReportUserId } from '../report/scan/license-rows.ts';
import { firstPageKey, type KnownPage, KnownPages } from './known-pages.ts';

/** The page token of the list of users. */
export const usersPosition = z.strictObject({ offset: z.int().min(1) });

/** A page of users. `items` are their ids. */
export interface KnownUsersPage extends KnownPage<string> {
  /** Of the users in `items`, in their order; undefined for a user without a role. */
  readonly roles: readonly (string | undefined)[];
  /**
   * As the license report names the users in `items`, in their order: the external user id, by default the login name,
   * without its case. Empty if they are not kept.
   */
  readonly reportUserIds: readonly (string | undefined)[];
  /** Where the next page begins; absent on the last one. */
  readonly nextOffset: number | undefined;
}

/** A page as Percipio returned it, and what is remembered of it. */
interface ReadUsersPage extends UsersPage {
  readonly known: KnownUsersPage;
}

/** The users of one sync, page by page: of each an id, and a reference to a role. */
export class ListedUsers {
  readonly #keepsReportUserIds: boolean;
  readonly #pages = new KnownPages<string, KnownUsersPage>();
  readonly #inFlight = new Map<number, Promise<ReadUsersPage>>();
  /** The first page, read before the listing, and how many users had been changed by then. */
  #prefetched: { readonly page: UsersPage; readonly writes: number } | undefined;
  /** What the first page that was read announced. */
  #firstTotal: number | undefined;
  /** One string for each role: a parsed page has one for each user. */
  readonly #roles = new Map<string, string>();

  constructor({ keepsReportUserIds }: { readonly keepsReportUserIds: boolean }) {
    this.#keepsReportUserIds = keepsReportUserIds;
  }

  /**
   * A page as Percipio has it now, as large as Percipio allows. Callers share a request that is in flight, so that
   * concurrent listings of users and of roles make no more requests than one listing.
   */
  async read(users: UsersApi, offset: number, signal: AbortSignal): Promise<ReadUsersPage> {
    // A shared request may fail because its own call was aborted, which says nothing about this call.
    const shared = this.#inFlight.get(offset)?.catch(() => undefined);
    const page = shared && (await untilAborted(shared, signal));
    // What could not be read is for the caller who made the request to count.
    return page ? { ...page, unread: new Map() } : await this.#request(users, offset, signal);
  }

  /**
   * Reads the first page for the listing that follows, which then does not request it again. The listing should follow
   * soon: it does not see what others change in between.
   */
  async prefetch(users: UsersApi, signal: AbortSignal): Promise<void> {
    const { writes } = users;
    this.#prefetched ??= { page: await users.list({ max: usersPageSizeMax, offset: 0 }, signal), writes };
  }

  /** Whether any page was requested. */
  get isBegun(): boolean {
    return this.#prefetched !== undefined || this.#inFlight.size > 0 || this.#pages.isBegun;
  }

  /** What is remembered of the page that begins at an offset. */
  get(offset: number): KnownUsersPage | undefined {
    return this.#pages.get(keyOf(offset));
  }

  /** The ids of all users, once the known pages lead from the first to the last one. */
  allIds(): readonly string[] | undefined {
    return this.#pages.all();
  }

  /** The ids of all users. Pages that are not remembered are read from Percipio. */
  async readAllIds(users: UsersApi, signal: AbortSignal): Promise<readonly string[]> {
    return this.allIds() ?? (await this.readPages(users, signal)).flatMap(({ items }) => items);
  }

  /** All users, page by page. Pages that are not remembered are read from Percipio. */
  async readPages(users: UsersApi, signal: AbortSignal): Promise<readonly KnownUsersPage[]> {
    // In a list of its own: another caller may list the users again meanwhile, which replaces remembered pages.
    const pages: KnownUsersPage[] = [];
    for (let offset: number | undefined = 0; offset !== undefined; ) {
      const page: KnownUsersPage = this.get(offset) ?? (await this.read(users, offset, signal)).known;
      pages.push(page);
      offset = page.nextOffset;
    }
    return pages;
  }

  async #request(users: UsersApi, offset: number, signal: AbortSignal): Promise<ReadUsersPage> {
    const wanted = { max: usersPageSizeMax, offset, firstTotal: offset === 0 ? undefined : this.#firstTotal };
    const reading = this.#takePrefetched(users, offset) ?? users.list(wanted, signal);
    const request = reading.then((page) => {
      this.#firstTotal = offset === 0 ? page.total : (this.#firstTotal ?? page.total);
      const known = this.#toKnown(page);
      this.#pages.add(keyOf(offset), known);
      return { ...page, known };
    });
    this.#inFlight.set(offset, request);
    try {
      return await request;
    } finally {
      if (this.#inFlight.get(offset) === request) {
        this.#inFlight.delete(offset);
      }
    }
  }

  /** Returned once, and not at all if this process has changed a user since. */
  #takePrefetched({ writes }: UsersApi, offset: number): Promise<UsersPage> | undefined {
    if (offset !== 0) {
      return undefined;
    }
    const prefetched = this.#prefetched;
    this.#prefetched = undefined;
    return prefetched?.writes === writes ? Promise.resolve(prefetched.page) : undefined;
  }

  #toKnown({ items, nextOffset }: UsersPage): KnownUsersPage {
    return {
      items: items.map((user) => user.id),
      roles: items.map(({ role }) => (role ? this.#oneString(role) : undefined)),
      reportUserIds: this.#keepsReportUserIds ? items.map(reportUserIdOf) : [],
      nextKey: nextOffset === undefined ? undefined : keyOf(nextOffset),
      nextOffset,
    };
  }

  #oneString(role: string): string {
    const known = this.#roles.get(role) ?? role;
    this.#roles.set(known, known);
    return known;
  }
}

function reportUserIdOf({ externalUserId, loginName }: User): string | undefined {
  const id = externalUserId || loginName;
  return id ? toReportUserId(id) : undefined;
}

function keyOf(offset: number): string {
  return offset === 0 ? firstPageKey : String(offset);
}
