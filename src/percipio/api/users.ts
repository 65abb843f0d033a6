// The family user-management: users.

import type { Waits } from 'baton-connector-sdk/http';
import { BatchUsersApi } from './batch-users.ts';
import type { HttpClient } from './http-client.ts';
import { tryParseJson } from './json.ts';
import type { UnreadCounts } from './lenient.ts';
import { checkListingBound } from './listing-bound.ts';
import { toPathPart } from './path-part.ts';
import { PercipioError } from './percipio-error.ts';
import type { RateLimit } from './rate-limit.ts';
import { readUntil } from './read-until.ts';
import type { ResponseBody } from './response-body.ts';
import { readAnsweredAt, readCountHeader, readHeader } from './response-headers.ts';
import type { RequestRetryPolicy } from './retry-policy.ts';
import { type User, userSchema, usersSchema } from './user.ts';
import { type NewUser, toUserBody, type UserChanges } from './user-changes.ts';

/** Percipio's maximum page size, and its default. */
export const usersPageSizeMax = 1000;

export interface UsersPageRequest {
  /** How many, from 1 to 1000. */
  readonly max: number;
  /** How many to skip. */
  readonly offset: number;
  /** Only users that changed since. */
  readonly updatedSince?: Date | undefined;
  /** The total that the first page of this listing announced; undefined for the first page. */
  readonly firstTotal?: number | undefined;
}

export interface UsersPage {
  readonly items: readonly User[];
  /** How many entries the page has: `items`, and what is null. */
  readonly entries: number;
  readonly unread: UnreadCounts;
  /** The total number of users, if the response has it. */
  readonly total: number | undefined;
  /** Where the next page begins; absent on the last one. */
  readonly nextOffset: number | undefined;
  /** When Percipio responded, by its own clock and truncated to seconds; undefined if the response does not say so. */
  readonly answeredAt: Date | undefined;
  readonly rateLimit: RateLimit | undefined;
}

/** One user, as far as it could be read. */
interface UserRead {
  /** Undefined if there is no such user. */
  readonly value: User | undefined;
  readonly unread: UnreadCounts;
  readonly rateLimit: RateLimit | undefined;
}

/** What a user can be looked up by, besides the uuid. */
export type UserKey = 'external-user-id' | 'login-name' | 'login-name-or-email';

const write = { family: 'user-management', retry: 'if-unprocessed' } as const;

/** The response to a write is one user; the rest is ignored. */
const writeResponseBytesMax = 1024 * 1024;

export class UsersApi {
  readonly batches: BatchUsersApi;
  readonly #http: HttpClient;
  readonly #path: string;
  #writes = 0;

  constructor(http: HttpClient, organizationId: string) {
    this.#http = http;
    this.#path = `/user-management/v1/organizations/${toPathPart(organizationId)}/users`;
    this.batches = new BatchUsersApi(http, organizationId, () => {
      this.#writes += 1;
    });
  }

  /** How many writes were started: what was read before one may have changed. */
  get writes(): number {
    return this.#writes;
  }

  /** For callers that settle the outcome of a write by reading. */
  get retry(): RequestRetryPolicy {
    return this.#http.retry;
  }

  /** For callers that wait between requests. */
  get waits(): Waits {
    return this.#http.waits;
  }

  /**
   * One page of the users of the organization.
   *
   * The next page begins after the last user received, not after the last one requested, so that a short page loses
   * nobody. An empty page before the end counts as a failure and is retried; a listing that does not end is an error.
   */
  async list(request: UsersPageRequest, signal: AbortSignal): Promise<UsersPage> {
    const { max, offset, updatedSince, firstTotal } = request;
    return await this.#http.jsonAs(
      {
        family: 'user-management',
        method: 'GET',
        path: this.#path,
        query: { max, offset, updatedSince: updatedSince?.toISOString() },
        itemsMax: max,
        retry: 'always',
      },
      usersSchema,
      signal,
      ({ value: { items, entries, unread }, headers, rateLimit }, exchange) => {
        const total = readCountHeader(headers, 'x-total-count');
        if (entries === 0 && total !== undefined && offset < total) {
          const problem = `answered without users from offset ${offset} on, although there are ${total}`;
          throw exchange.fail({ kind: 'body', problem, isTransient: true });
        }
        const nextOffset = nextUsersOffset(offset, entries, total);
        if (nextOffset !== undefined) checkListingBound(nextOffset, firstTotal, exchange);
        return { items, entries, unread, total, nextOffset, answeredAt: readAnsweredAt(headers), rateLimit };
      },
    );
  }

  /** One user by uuid; `value` is undefined if there is none. */
  async get(id: string, signal: AbortSignal): Promise<UserRead> {
    return await this.#readOne(signal, id);
  }

  /** One user by another name; undefined if nobody has it. */
  async lookUp(by: UserKey, value: string, signal: AbortSignal): Promise<User | undefined> {
    return (await this.#readOne(signal, value, by)).value;
  }

  /**
   * Creates a user. Retried only if Percipio certainly did not act on the request, as after a 429: after any other
   * failure the user may exist (create-user-once.ts finds out).
   * @throws PercipioError, with status 409 for an id or a name that is taken, 422 for an invalid value.
   */
  async create(user: NewUser, signal: AbortSignal): Promise<User> {
    this.#writes += 1;
    const call = { method: 'POST', path: this.#path, body: toUserBody(user), secret: user.password } as const;
    const { created, toFailure } = await this.#http.exchange(
      { ...write, ...call },
      signal,
      async ({ status, body }, exchange) => {
        // The status says that the user exists; whatever the response lacks can be read.
        const text = await readWriteResponse(body);
        const shown = text.trim() === '' ? 'an empty body' : `something that is not a user: ${exchange.excerpt(text)}`;
        const problem = `answered ${status} with ${shown}; and no user has the external user id ${user.externalUserId} now`;
        const toFailure = () => exchange.fail({ kind: 'body', problem, isTransient: false });
        return { created: parseUser(text), toFailure };
      },
    );
    if (created) return created;
    const found = await readUntil(
      () => this.lookUp('external-user-id', user.externalUserId, signal),
      (found) => found !== undefined,
      this.retry,
      signal,
    );
    if (!found) throw toFailure();
    return found;
  }

  /**
   * Changes the given fields of a user. Retried only if Percipio certainly did not act on the request: after any other
   * failure the change may have been made (change-user.ts finds out).
   * @param id - A uuid.
   * @throws PercipioError, with status 404 if there is no such user, 409 for an id or a name that is taken, 422 for an
   * invalid value.
   */
  async update(id: string, changes: UserChanges, signal: AbortSignal): Promise<void> {
    const path = this.#pathOf(id);
    if (path === undefined) throw new RangeError(`no user can have the id ${JSON.stringify(id)}`);
    this.#writes += 1;
    const call = { method: 'PATCH', path, body: toUserBody(changes), secret: changes.password } as const;
    await this.#http.exchange({ ...write, ...call }, signal, async ({ status, headers, body }, exchange) => {
      const text = await readWriteResponse(body);
      if (/html/i.test(readHeader(headers, 'content-type') ?? '')) {
        const problem = `answered ${status} with a web page, which cannot be from Percipio: ${exchange.excerpt(text)}`;
        throw exchange.fail({ kind: 'body', problem, isTransient: false });
      }
    });
  }

  async #readOne(signal: AbortSignal, name: string, by?: UserKey): Promise<UserRead> {
    const nobody = { value: undefined, unread: new Map() };
    const path = this.#pathOf(name, by);
    if (path === undefined) return { ...nobody, rateLimit: undefined };
    const call = { family: 'user-management', method: 'GET', path, retry: 'always' } as const;
    try {
      const { value, rateLimit } = await this.#http.json(call, userSchema, signal);
      return { value: value.item, unread: value.unread, rateLimit };
    } catch (error) {
      if (error instanceof PercipioError && error.status === 404) return { ...nobody, rateLimit: error.rateLimit };
      throw error;
    }
  }

  /** Undefined for names that a path cannot contain: in URLs, dots are folders, and without a name there is only the list. */
  #pathOf(name: string, by?: UserKey): string | undefined {
    if (name === '' || name === '.' || name === '..') return undefined;
    return [this.#path, ...(by ? [by] : []), toPathPart(name)].join('/');
  }
}

/** The response to a write that was done: a body that breaks off does not undo it. */
async function readWriteResponse(body: ResponseBody): Promise<string> {
  const { text } = await body.readText(writeResponseBytesMax).catch(() => ({ text: '' }));
  body.cancel();
  return text;
}

/** The user in a response, if it is one. */
function parseUser(text: string): User | undefined {
  return userSchema.safeParse(tryParseJson(text)).data?.item;
}

/** Without a total, only an empty page marks the end: the server may have shortened any other page. */
function nextUsersOffset(offset: number, received: number, total: number | undefined): number | undefined {
  const next = offset + received;
  return received === 0 || (total !== undefined && next >= total) ? undefined : next;
}
