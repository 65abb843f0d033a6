// The family user-management: people.
import { z } from 'zod';
import { readAnsweredAt, readCountHeader, readHeader } from './answer-headers.ts';
import type { Answer, HttpClient } from './http-client.ts';
import { PercipioError } from './percipio-error.ts';
import type { RateLimit } from './rate-limit.ts';
import { readUntil } from './read-until.ts';
import type { ResponseBody } from './response-body.ts';
import type { RequestRetryPolicy } from './retry-policy.ts';
import { type User, userSchema } from './user.ts';
import { type NewUser, toUserBody, type UserChanges } from './user-changes.ts';

/** The most that Percipio gives on one page, and what it gives when it is not told. */
export const usersPageSizeMax = 1000;

export interface UsersPageRequest {
  /** How many, from 1 to 1000. */
  readonly max: number;
  /** How many to skip. */
  readonly offset: number;
  /** Only those that changed since. */
  readonly updatedSince?: Date | undefined;
}

export interface UsersPage {
  readonly items: readonly User[];
  /** How many there are in all, as the answer says it. */
  readonly total: number | undefined;
  /** Where the next page begins; absent on the last one. */
  readonly nextOffset: number | undefined;
  /** When this was so, by Percipio's clock and cut to a second; nothing, when the answer does not say it. */
  readonly answeredAt: Date | undefined;
  readonly rateLimit: RateLimit | undefined;
}

/** What a person can be looked up by beside the uuid. */
export type UserKey = 'external-user-id' | 'login-name' | 'login-name-or-email';

const write = { family: 'user-management', retry: 'if-unprocessed' } as const;

/** An answer to a write is one user; more is not looked at. */
const writeAnswerBytesMax = 1024 * 1024;

export class UsersApi {
  readonly #http: HttpClient;
  readonly #path: string;
  #writes = 0;

  constructor(http: HttpClient, organizationId: string) {
    this.#http = http;
    this.#path = `/user-management/v1/organizations/${encodeURIComponent(organizationId)}/users`;
  }

  /** How many writes were begun: what was read before one may have changed. */
  get writes(): number {
    return this.#writes;
  }

  /** For those who settle by reading what came of a write. */
  get retry(): RequestRetryPolicy {
    return this.#http.retry;
  }

  /**
   * One page of the people of the organization.
   *
   * The next page begins after the last one received, not after the last one asked for, so that a page that is shorter
   * than asked for loses nobody. An empty page before the end counts as a failure, and is asked for again.
   */
  async list(request: UsersPageRequest, signal: AbortSignal): Promise<UsersPage> {
    const { max, offset, updatedSince } = request;
    return await this.#http.jsonAs(
      {
        family: 'user-management',
        method: 'GET',
        path: this.#path,
        query: { max, offset, updatedSince: updatedSince?.toISOString() },
        retry: 'always',
      },
      z.array(userSchema),
      signal,
      ({ value: items, headers, rateLimit }, exchange) => {
        const total = readCountHeader(headers, 'x-total-count');
        if (items.length === 0 && total !== undefined && offset < total) {
          const problem = `answered with no users from offset ${offset} on, although it counts ${total}`;
          throw exchange.fail({ kind: 'body', problem, isTransient: true });
        }
        const nextOffset = nextUsersOffset(offset, items.length, total);
        return { items, total, nextOffset, answeredAt: readAnsweredAt(headers), rateLimit };
      },
    );
  }

  /** One person by uuid; `value` is undefined when there is none (any more). */
  async get(id: string, signal: AbortSignal): Promise<Pick<Answer<User | undefined>, 'value' | 'rateLimit'>> {
    return await this.#readOne(signal, id);
  }

  /** One person by another name; undefined when nobody has it. */
  async lookUp(by: UserKey, value: string, signal: AbortSignal): Promise<User | undefined> {
    return (await this.#readOne(signal, value, by)).value;
  }

  /**
   * Creates a person. Sent again only when Percipio certainly did not act on it, as after a 429: after any other
   * failure the person may exist (create-user-once.ts finds out).
   * @throws PercipioError, with status 409 when an id or a name is taken, 422 when a value is refused.
   */
  async create(user: NewUser, signal: AbortSignal): Promise<User> {
    this.#writes += 1;
    const call = { method: 'POST', path: this.#path, body: toUserBody(user), secret: user.password } as const;
    const { created, toFailure } = await this.#http.exchange(
      { ...write, ...call },
      signal,
      async ({ status, body }, exchange) => {
        // By its status the person exists; what else the answer says, or fails to say, can be read.
        const text = await readWriteAnswer(body);
        const shown = text.trim() === '' ? 'an empty body' : `something that is no user: ${exchange.excerpt(text)}`;
        const problem = `answered ${status} with ${shown}; and nobody has the external user id ${user.externalUserId} now`;
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
   * Changes the given fields of a person. Sent again only when Percipio certainly did not act on it: after any other
   * failure the change may have been made (change-user.ts finds out).
   * @param id - A uuid.
   * @throws PercipioError, with status 404 when there is no such person, 409 when an id or a name is taken, 422 when a
   * value is refused.
   */
  async update(id: string, changes: UserChanges, signal: AbortSignal): Promise<void> {
    const path = this.#pathOf(id);
    if (path === undefined) throw new RangeError(`no user can have the id ${JSON.stringify(id)}`);
    this.#writes += 1;
    const call = { method: 'PATCH', path, body: toUserBody(changes), secret: changes.password } as const;
    await this.#http.exchange({ ...write, ...call }, signal, async ({ status, headers, body }, exchange) => {
      const text = await readWriteAnswer(body);
      if (/html/i.test(readHeader(headers, 'content-type') ?? '')) {
        const problem = `answered ${status} with a web page, which Percipio does not: ${exchange.excerpt(text)}`;
        throw exchange.fail({ kind: 'body', problem, isTransient: false });
      }
    });
  }

  async #readOne(
    signal: AbortSignal,
    name: string,
    by?: UserKey,
  ): Promise<Pick<Answer<User | undefined>, 'value' | 'rateLimit'>> {
    const path = this.#pathOf(name, by);
    if (path === undefined) return { value: undefined, rateLimit: undefined };
    try {
      return await this.#http.json(
        { family: 'user-management', method: 'GET', path, retry: 'always' },
        userSchema,
        signal,
      );
    } catch (error) {
      if (error instanceof PercipioError && error.status === 404)
        return { value: undefined, rateLimit: error.rateLimit };
      throw error;
    }
  }

  /** Nothing for names that no path can hold: URLs take dots for folders, and without a name there is only the list. */
  #pathOf(name: string, by?: UserKey): string | undefined {
    if (name === '' || name === '.' || name === '..') return undefined;
    return [this.#path, ...(by ? [by] : []), encodeURIComponent(name)].join('/');
  }
}

/** What was answered to a write that is done: a body that breaks off does not undo it. */
async function readWriteAnswer(body: ResponseBody): Promise<string> {
  const { text } = await body.readText(writeAnswerBytesMax).catch(() => ({ text: '' }));
  body.cancel();
  return text;
}

/** A user, where an answer is one. */
function parseUser(text: string): User | undefined {
  try {
    return userSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Without a total, only an empty page tells the end: a short one may be a page that the server chose to cut. */
function nextUsersOffset(offset: number, received: number, total: number | undefined): number | undefined {
  const next = offset + received;
  return received === 0 || (total !== undefined && next >= total) ? undefined : next;
}
