// Sends HTTP requests to one server, over connections that are kept open and bounded in number.
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { type Attributes, measure, startSpan } from '../instruments/telemetry.ts';
import { ConnectionError } from './connection-error.ts';
import { endpointOf } from './endpoint.ts';
import { openSocket } from './open-socket.ts';
import { isForwarded, type Route } from './route.ts';
import { proxyAuthorization, refusalOf } from './tunnel.ts';

export interface HttpRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** The path with placeholders, for telemetry: `/users/{id}`. It has few values, none of them personal. */
  readonly template?: string | undefined;
  /** Which attempt this is, from 1, for telemetry. */
  readonly attempt?: number | undefined;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Ends the request, with its connection. There is no other limit to the wait for the headers. */
  readonly signal: AbortSignal;
  /** How long to wait for each next piece of the body. Default: no limit. */
  readonly bodyTimeoutMs?: number | undefined;
}

/** Names of headers in lower case; those that are repeated as a list. */
export type HttpHeaders = Readonly<Record<string, string | string[] | undefined>>;

export interface HttpResponse {
  readonly status: number;
  readonly statusText: string;
  readonly headers: HttpHeaders;
  /** As it arrives, not decompressed. To be read or destroyed. */
  readonly body: Readable;
}

export interface HttpSender {
  /**
   * Resolves with the headers of the response, whatever its status. Redirects are not followed.
   * @throws ConnectionError when no connection came about; an error of undici's, or the signal's reason.
   */
  request(request: HttpRequest): Promise<HttpResponse>;
  /** Ends all connections, and the requests that are under way. */
  destroy(): Promise<void>;
}

export interface HttpSenderOptions {
  /** How many connections there are at most. Each carries one request at a time, as HTTP/1.1. */
  readonly connectionsMax: number;
  readonly connectTimeoutMs: number;
  /** Milliseconds since 1970. */
  now?(): number;
}

/** Kept below the 60 s after which common load balancers close idle connections; their own hint wins. */
const keepAliveTimeoutMs = 10_000;

/**
 * Makes a sender; it connects with its first request. undici is loaded then: its hundred modules would be the largest
 * part of a start, and a program that serves answers its first calls without it.
 */
export function createHttpSender(route: Route, options: HttpSenderOptions): HttpSender {
  const { connectionsMax, connectTimeoutMs, now = Date.now } = options;
  const { origin } = route;
  const proxy = isForwarded(route) ? route.proxy : undefined;
  let loaded: Promise<Dispatcher> | undefined;
  let running = 0;
  let idleSince = now();
  const ended = new AbortController();
  const load = async () => {
    const { Pool } = await import('undici');
    // How requests look does not depend on who speaks TLS: that is up to the socket.
    const pool = new Pool(proxy ? `http://${proxy.url.host}` : origin, {
      connections: connectionsMax,
      allowH2: false,
      keepAliveTimeout: keepAliveTimeoutMs,
      // Bodies have limits of their own, and headers the signal of the request.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (_options, done) => {
        openSocket(route, { timeoutMs: connectTimeoutMs, signal: ended.signal }).then(
          (socket) => done(null, socket),
          (error: Error) => done(error, null),
        );
      },
    });
    // It refuses the request then.
    if (ended.signal.aborted) await pool.destroy();
    return pool;
  };
  /**
   * The timers that close idle connections stand still while a process is frozen, as do clocks that never go back. After
   * such a gap the server may have closed a connection, and a write on it would fail without anyone knowing how far it
   * came.
   */
  const dropStale = () => {
    if (running > 0 || Math.abs(now() - idleSince) <= keepAliveTimeoutMs) return;
    loaded?.then((pool) => pool.destroy()).catch(() => {});
    loaded = undefined;
  };
  const settle = () => {
    running--;
    idleSince = now();
  };
  const send = async ({ method, path, headers, body, signal, bodyTimeoutMs = 0 }: HttpRequest) => {
    dropStale();
    loaded ??= load();
    running++;
    const exchange = async (pool: Promise<Dispatcher>) =>
      (await pool).request({
        method,
        path: proxy ? `${origin.origin}${path}` : path,
        headers: proxy ? { ...headers, host: origin.host, ...proxyAuthorization(proxy) } : headers,
        body: body ?? null,
        signal,
        bodyTimeout: bodyTimeoutMs,
      });
    const response = await exchange(loaded).catch((error: unknown) => {
      settle();
      throw error;
    });
    response.body.once('close', settle);
    if (proxy && response.statusCode === 407) {
      response.body.on('error', () => {}).destroy();
      throw new ConnectionError(route, 'tunnel', refusalOf(407, proxy));
    }
    return {
      status: response.statusCode,
      statusText: response.statusText,
      headers: response.headers,
      body: response.body,
    };
  };
  return {
    request: (request) => observeRequest(request, origin, send),
    destroy: async () => {
      ended.abort();
      await (await loaded)?.destroy();
    },
  };
}

/** Sends a request with a span, which ends with the response, and is named as OpenTelemetry's conventions say. */
async function observeRequest(
  request: HttpRequest,
  origin: URL,
  send: (request: HttpRequest) => Promise<HttpResponse>,
): Promise<HttpResponse> {
  const { method, template, attempt = 1 } = request;
  const { host, port } = endpointOf(origin);
  const to = { 'http.request.method': method, 'server.address': host, 'server.port': port };
  const startedAtMs = performance.now();
  const span = startSpan(template === undefined ? method : `${method} ${template}`, {
    kind: 'client',
    attributes: {
      ...to,
      'url.template': template,
      'http.request.resend_count': attempt > 1 ? attempt - 1 : undefined,
    },
  });
  if (attempt > 1) measure('baton.http.retries', 1, to);
  const end = (outcome: Attributes, failure: unknown) => {
    measure('http.client.request.duration', (performance.now() - startedAtMs) / 1000, { ...to, ...outcome });
    span.setAttributes(outcome);
    if (failure !== undefined) span.fail(failure);
    span.end();
  };
  try {
    const response = await send(request);
    const { status, body } = response;
    const failed = status >= 400 ? String(status) : undefined;
    body.once('close', () =>
      end({ 'http.response.status_code': status, 'error.type': failed }, failed ?? body.errored ?? undefined),
    );
    return response;
  } catch (error) {
    end({ 'error.type': error instanceof Error ? error.name : 'unknown' }, error);
    throw error;
  }
}

/**
 * Reads a body as text.
 * @throws Error when it has more bytes, which are not read; what the body fails with.
 */
export async function readText(body: Readable, bytesMax: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > bytesMax) throw new Error(`the body has more than ${bytesMax} bytes`);
  }
  return Buffer.concat(chunks).toString();
}
