// The options of the client and their defaults.
import { type Environment, isLoopback, Waits } from 'baton-connector-sdk/http';
import type { Logger } from 'pino';
import { defaultRetryPolicy, type RequestRetryPolicy } from './retry-policy.ts';

/** The hosts of the API. An organization lives in one of them. */
export const baseUrls = { us: 'https://api.percipio.com', eu: 'https://dew1-api.percipio.com' } as const;

export type Region = keyof typeof baseUrls;

export interface PercipioClientOptions {
  /** Where the API is; takes precedence over `region`. If it has a path, every path of the API begins with it. */
  readonly baseUrl?: string | undefined;
  /** Whether `baseUrl` may be `http://` on another machine, where anyone on the way can read the token. Default false. */
  readonly allowsPlainHttp?: boolean | undefined;
  /** Default `us`. */
  readonly region?: Region | undefined;
  /** A UUID. */
  readonly organizationId: string;
  /** The bearer token of a service account. White space around it is ignored. */
  readonly token: string;
  /** Name and version of the program: `baton-percipio/1.0.0`. */
  readonly userAgent: string;
  /**
   * How long one attempt may take after it is sent. Default 60,000. For a report it limits the wait for the headers and
   * for each piece of the body, not the complete download.
   */
  readonly requestTimeoutMs?: number | undefined;
  /**
   * The maximum size of a JSON response, decompressed. Default 8 MiB: several times a page of a thousand rich users.
   * Reports are streamed and have no maximum.
   */
  readonly responseBytesMax?: number | undefined;
  /** The maximum number of concurrent requests; further ones wait. Default 8. Requests for reports do not count. */
  readonly maxConcurrentRequests?: number | undefined;
  readonly retry?: Partial<RequestRetryPolicy> | undefined;
  /** Read for proxies and certificate authorities (`findRoute` of the SDK). Default `process.env`. */
  readonly env?: Environment | undefined;
  /** Gets a line for each request (debug) and for each retry (warn). */
  readonly logger?: Logger | undefined;
  /** Shows what is waited for. */
  readonly waits?: Waits | undefined;
  /** For a dry run: called instead of sending a write. It throws. */
  readonly refuseWrite?: RefuseWrite | undefined;
}

/** @param request - Method and URL. */
export type RefuseWrite = (request: string, body: JsonBody) => never;

/** The body of a request, without secrets. */
export type JsonBody = null | boolean | number | string | JsonBody[] | { [key: string]: JsonBody };

/** Options with every default filled in. */
export interface CompleteOptions {
  readonly baseUrl: URL;
  readonly organizationId: string;
  readonly token: string;
  readonly userAgent: string;
  readonly requestTimeoutMs: number;
  readonly responseBytesMax: number;
  readonly maxConcurrentRequests: number;
  readonly retry: RequestRetryPolicy;
  readonly env: Environment;
  readonly logger: Logger | undefined;
  readonly waits: Waits;
  readonly refuseWrite: RefuseWrite | undefined;
}

/**
 * Fills in the defaults.
 * @throws Error for an invalid base URL, organization id, token or number; it never quotes the token.
 */
export function completeOptions(options: PercipioClientOptions): CompleteOptions {
  const token = options.token.trim();
  // Anything else would end a header early, or fail deep inside the HTTP client.
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new Error('the Percipio token is empty, or contains white space or invalid characters');
  if (options.organizationId.trim() === '') throw new Error('the Percipio organization id is empty');
  return {
    baseUrl: parseBaseUrl(options.baseUrl ?? baseUrls[options.region ?? 'us'], options.allowsPlainHttp ?? false),
    organizationId: options.organizationId.trim(),
    token,
    userAgent: options.userAgent,
    requestTimeoutMs: positive('requestTimeoutMs', options.requestTimeoutMs ?? 60_000),
    responseBytesMax: positive('responseBytesMax', options.responseBytesMax ?? 8 * 1024 * 1024),
    maxConcurrentRequests: positive('maxConcurrentRequests', options.maxConcurrentRequests ?? 8),
    retry: { ...defaultRetryPolicy, ...options.retry },
    env: options.env ?? process.env,
    logger: options.logger,
    waits: options.waits ?? new Waits(),
    refuseWrite: options.refuseWrite,
  };
}

function parseBaseUrl(text: string, allowsPlainHttp: boolean): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new Error(`the Percipio base URL must begin with https:// or http://, such as ${baseUrls.us}: ${text}`);
  }
  if (url.username !== '' || url.password !== '' || url.search !== '') {
    throw new Error('the Percipio base URL must not contain a user name, a password or a query');
  }
  if (url.protocol === 'http:' && !allowsPlainHttp && !isLoopback(url.hostname.replace(/^\[(.*)\]$/, '$1'))) {
    throw new Error(
      `the Percipio base URL ${url.origin} would send the API token unencrypted to another machine: use https://, or set --allow-plain-http for a simulator`,
    );
  }
  url.hash = '';
  url.pathname = dropLastSlashes(url.pathname);
  return url;
}

/** A loop, since a regular expression would try each run of slashes from each of its slashes. */
function dropLastSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
}

function positive(name: string, value: number): number {
  if (!Number.isInteger(value) || value < 1) throw new Error(`${name} must be a positive integer: ${value}`);
  return value;
}
