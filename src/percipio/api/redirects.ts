// Redirects: where they lead, and the connections to other servers.
import type { HttpSender } from 'baton-connector-sdk/http';

/** How many redirects of one request are followed. */
export const hopsMax = 5;

/** Where a request is sent: at first to the API, then to where it was redirected. */
export interface Hop {
  readonly url: URL;
  /** How many redirects led there. */
  readonly count: number;
  /** Whether the token is sent along. */
  readonly hasToken: boolean;
}

/** RFC 9110, 15.4. The others of this class, such as 304, are not redirects to another place. */
const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * The target of a redirect, without user info.
 * @param location - The header, which may be relative.
 * @returns Undefined if the status is not that of a redirect, or the header is missing, malformed or not about HTTP.
 */
export function findTarget(status: number, location: string | undefined, from: URL): URL | undefined {
  if (!redirectStatuses.has(status) || location === undefined) return undefined;
  const target = URL.parse(location.trim(), from.href);
  if (target === null || !/^https?:$/.test(target.protocol)) return undefined;
  target.username = '';
  target.password = '';
  target.hash = '';
  return target;
}

/** One sender for each origin: that of the API, and those of redirects. */
export class Senders {
  readonly #create: (url: URL) => HttpSender;
  readonly #senders = new Map<string, HttpSender>();
  #isDestroyed = false;

  /** @param create - Makes the sender for the origin of a URL. */
  constructor(create: (url: URL) => HttpSender, apiUrl: URL) {
    this.#create = create;
    // Created now: an unusable proxy is an error before the first request.
    this.of(apiUrl);
  }

  of(url: URL): HttpSender {
    const { origin } = url;
    const sender = this.#senders.get(origin) ?? this.#create(new URL(origin));
    if (this.#isDestroyed && !this.#senders.has(origin)) void sender.destroy();
    this.#senders.set(origin, sender);
    return sender;
  }

  /** Ends all connections, and the requests that are under way. */
  async destroy(): Promise<void> {
    this.#isDestroyed = true;
    await Promise.all([...this.#senders.values()].map((sender) => sender.destroy()));
  }
}
