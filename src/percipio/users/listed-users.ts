// What a process remembers of the users that a sync has listed: their ids, for reports, and their roles, for grants.
import { once } from 'node:events';
import { type UsersApi, type UsersPage, usersPageSizeMax } from '../api/users.ts';
import { firstPageKey, type ListedPage, ListedPages } from '../listed-pages.ts';

/** A page of users. `items` are their ids. */
export interface ListedUsersPage extends ListedPage<string> {
  /** Of the users in `items`, in their order; undefined for one who has none. */
  readonly roles: readonly (string | undefined)[];
  /** Where the next page begins; absent on the last one. */
  readonly nextOffset: number | undefined;
}

/** A page as Percipio has answered it, and what is remembered of it. */
export interface ReadUsersPage extends UsersPage {
  readonly listed: ListedUsersPage;
}

/** The users of one sync, page by page: of each an id, and a reference to a role. */
export class ListedUsers {
  readonly #pages = new ListedPages<string, ListedUsersPage>();
  readonly #underWay = new Map<number, Promise<ReadUsersPage>>();
  /** The first page, read before the listing, and how many users had been changed by then. */
  #foreseen: { readonly page: UsersPage; readonly writes: number } | undefined;
  /** One string for each role: a page that is parsed brings one for each user. */
  readonly #roles = new Map<string, string>();

  /**
   * A page as Percipio has it now, as large as Percipio allows. Whoever asks for a page that is under way shares the
   * request, so that listings of users and of roles side by side make no more of them than one listing.
   */
  async read(users: UsersApi, offset: number, signal: AbortSignal): Promise<ReadUsersPage> {
    // One that fails may have ended with the call that it was made for, which says nothing of this call.
    const shared = this.#underWay.get(offset)?.catch(() => undefined);
    const page = shared && (await untilAborted(shared, signal));
    return page ?? (await this.#request(users, offset, signal));
  }

  /**
   * Reads the first page for the listing that follows, which then does not ask for it again. It need not be long after:
   * what others change meanwhile, the listing does not see.
   */
  async foresee(users: UsersApi, signal: AbortSignal): Promise<void> {
    const { writes } = users;
    this.#foreseen ??= { page: await users.list({ max: usersPageSizeMax, offset: 0 }, signal), writes };
  }

  /** Whether any page was asked for. */
  get isBegun(): boolean {
    return this.#foreseen !== undefined || this.#underWay.size > 0 || this.#pages.isBegun;
  }

  /** What is remembered of the page that begins at an offset. */
  get(offset: number): ListedUsersPage | undefined {
    return this.#pages.get(keyOf(offset));
  }

  /** The ids of all users, once the pages seen lead from the first to the last one. */
  allIds(): readonly string[] | undefined {
    return this.#pages.all();
  }

  async #request(users: UsersApi, offset: number, signal: AbortSignal): Promise<ReadUsersPage> {
    const reading = this.#takeForeseen(users, offset) ?? users.list({ max: usersPageSizeMax, offset }, signal);
    const request = reading.then((page) => {
      const listed = this.#toListed(page);
      this.#pages.add(keyOf(offset), listed);
      return { ...page, listed };
    });
    this.#underWay.set(offset, request);
    try {
      return await request;
    } finally {
      if (this.#underWay.get(offset) === request) {
        this.#underWay.delete(offset);
      }
    }
  }

  /** Given once, and not at all when this process has changed a user since. */
  #takeForeseen({ writes }: UsersApi, offset: number): Promise<UsersPage> | undefined {
    const foreseen = offset === 0 ? this.#foreseen : undefined;
    if (offset === 0) {
      this.#foreseen = undefined;
    }
    return foreseen?.writes === writes ? Promise.resolve(foreseen.page) : undefined;
  }

  #toListed({ items, nextOffset }: UsersPage): ListedUsersPage {
    return {
      items: items.map((user) => user.id),
      roles: items.map(({ role }) => (role ? this.#oneString(role) : undefined)),
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

function keyOf(offset: number): string {
  return offset === 0 ? firstPageKey : String(offset);
}

async function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  signal.throwIfAborted();
  const done = new AbortController();
  const aborted = once(signal, 'abort', { signal: done.signal }).then(() => {
    throw signal.reason;
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    done.abort();
  }
}
