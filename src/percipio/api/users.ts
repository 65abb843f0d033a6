// The family user-management: people.
import { z } from 'zod';
import { readCountHeader } from './answer-headers.ts';
import type { Answer, HttpClient } from './http-client.ts';
import { PercipioError } from './percipio-error.ts';
import type { RateLimit } from './rate-limit.ts';
import { type User, userSchema } from './user.ts';

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
  readonly rateLimit: RateLimit | undefined;
}

export class UsersApi {
  readonly #http: HttpClient;
  readonly #path: string;

  constructor(http: HttpClient, organizationId: string) {
    this.#http = http;
    this.#path = `/user-management/v1/organizations/${encodeURIComponent(organizationId)}/users`;
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
        repeat: 'always',
      },
      z.array(userSchema),
      signal,
      ({ value: items, headers, rateLimit }, exchange) => {
        const total = readCountHeader(headers, 'x-total-count');
        if (items.length === 0 && total !== undefined && offset < total) {
          const problem = `answered with no users from offset ${offset} on, although it counts ${total}`;
          throw exchange.fail({ kind: 'body', problem, isTransient: true });
        }
        return { items, total, nextOffset: nextUsersOffset(offset, items.length, total), rateLimit };
      },
    );
  }

  /** One person by uuid; `value` is undefined when there is none (any more). */
  async get(id: string, signal: AbortSignal): Promise<Pick<Answer<User | undefined>, 'value' | 'rateLimit'>> {
    const path = `${this.#path}/${encodeURIComponent(id)}`;
    try {
      return await this.#http.json(
        { family: 'user-management', method: 'GET', path, repeat: 'always' },
        userSchema,
        signal,
      );
    } catch (error) {
      if (error instanceof PercipioError && error.status === 404)
        return { value: undefined, rateLimit: error.rateLimit };
      throw error;
    }
  }
}

/** Without a total, only an empty page tells the end: a short one may be a page that the server chose to cut. */
function nextUsersOffset(offset: number, received: number, total: number | undefined): number | undefined {
  const next = offset + received;
  return received === 0 || (total !== undefined && next >= total) ? undefined : next;
}
