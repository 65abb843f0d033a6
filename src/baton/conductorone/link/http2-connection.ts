// The HTTP/2 connection to ConductorOne: kept while it works, replaced when it does not.
//
// connect-node has a session manager of its own. It opens a connection in one synchronous call, before which a proxy
// cannot be asked for a tunnel, and a call that loses its connection ends there as cancelled.
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type ClientSessionRequestOptions,
  connect,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { TLSSocket } from 'node:tls';
import type { createGrpcTransport } from '@connectrpc/connect-node';
import { Code, ServiceError } from '../../author/service-error.ts';
import { ConnectionError } from '../../net/connection-error.ts';
import { openSocket } from '../../net/open-socket.ts';
import type { Route } from '../../net/route.ts';
import { holdLastWrite } from './hold-last-write.ts';

export interface Http2ConnectionOptions {
  readonly route: Route;
  /** How long opening a connection may take. */
  readonly connectTimeoutMs: number;
  /** How often a connection in use, or one that was idle for as long, is checked. */
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
}

type SessionManager = NonNullable<Parameters<typeof createGrpcTransport>[0]['sessionManager']>;

/** The connections of a gRPC transport. A call fails with its connection; the next one gets a new one. */
export class Http2Connection implements SessionManager {
  readonly authority: string;
  readonly #options: Http2ConnectionOptions;
  readonly #closing = new AbortController();
  #session: Promise<ClientHttp2Session> | undefined;
  /** By session: forgets it, unless another one has taken its place. */
  readonly #forget = new WeakMap<ClientHttp2Session, () => void>();
  /** In milliseconds since 1970: clocks that never go back stand still while a process is frozen. */
  #usedAt = 0;

  constructor(options: Http2ConnectionOptions) {
    this.authority = options.route.origin.origin;
    this.#options = options;
  }

  async request(
    method: string,
    path: string,
    headers: OutgoingHttpHeaders,
    options: Omit<ClientSessionRequestOptions, 'signal'>,
  ): Promise<ClientHttp2Stream> {
    const session = await this.#workingSession();
    this.#usedAt = Date.now();
    const stream = session.request({ ...headers, ':method': method, ':path': path }, options);
    // A call must never outlive its connection, however that ended: an upload has no time limit.
    const lose = () =>
      stream.destroy(new ServiceError(Code.Unavailable, 'the connection broke', { reason: 'no_connection' }));
    session.once('close', lose);
    stream.once('close', () => session.off('close', lose));
    return holdLastWrite(stream);
  }

  notifyResponseByteRead(): void {
    this.#usedAt = Date.now();
  }

  /** Ends the connection and the calls on it. */
  close(): void {
    this.#closing.abort(new ServiceError(Code.Unavailable, 'the program is stopping', { reason: 'stopping' }));
    void this.#session?.then(
      (session) => session.destroy(),
      () => {},
    );
  }

  async #workingSession(): Promise<ClientHttp2Session> {
    this.#closing.signal.throwIfAborted();
    if (this.#session) {
      const session = await this.#session;
      const isFresh = Math.abs(Date.now() - this.#usedAt) < this.#options.pingIntervalMs;
      if (isFresh && isUsable(session)) return session;
      if (await this.#answers(session)) return session;
    }
    // Another call may be opening one already.
    this.#session ??= this.#open();
    return this.#session;
  }

  #open(): Promise<ClientHttp2Session> {
    const opening = this.#connect();
    const forget = () => {
      if (this.#session === opening) this.#session = undefined;
    };
    opening.then((session) => {
      const timer = setInterval(() => void this.#answers(session), this.#options.pingIntervalMs).unref();
      // A server that says goodbye lets running calls end, and takes no new ones.
      session.once('goaway', forget).once('close', forget);
      session.once('close', () => clearInterval(timer));
      this.#forget.set(session, forget);
      this.#usedAt = Date.now();
    }, forget);
    return opening;
  }

  async #connect(): Promise<ClientHttp2Session> {
    const { route, connectTimeoutMs: timeoutMs } = this.#options;
    const socket = await openSocket(route, { timeoutMs, protocol: 'h2', signal: this.#closing.signal }).catch(
      (error) => {
        if (isRefusedProtocol(error)) return undefined;
        return throwUnreachable(error);
      },
    );
    if (!(socket instanceof TLSSocket) || socket.alpnProtocol !== 'h2') {
      socket?.destroy();
      const message = `${this.authority} does not support HTTP/2; is a TLS-inspecting proxy in between?`;
      throw new ServiceError(Code.Unavailable, message, { reason: 'no_http2' });
    }
    const session = connect(this.authority, { createConnection: () => socket });
    // One for each call that runs.
    session.setMaxListeners(0);
    session.on('error', () => {
      // Each call on it fails with the same error.
    });
    return session;
  }

  /** Whether the other side still answers. A connection on which it does not is ended, with the calls on it. */
  async #answers(session: ClientHttp2Session): Promise<boolean> {
    if (!isUsable(session)) {
      this.#forget.get(session)?.();
      return false;
    }
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), this.#options.pingTimeoutMs);
    try {
      session.ping((error) => resolve(error === null));
      if (await promise) return true;
    } finally {
      clearTimeout(timer);
    }
    this.#forget.get(session)?.();
    session.destroy();
    return false;
  }
}

/** @throws ServiceError UNAVAILABLE for a ConnectionError, anything else as it is. */
function throwUnreachable(error: unknown): never {
  if (!(error instanceof ConnectionError)) throw error;
  throw new ServiceError(Code.Unavailable, error.message, { reason: 'no_connection', cause: error });
}

/** Whether the server ended the TLS handshake because it does not speak HTTP/2. */
function isRefusedProtocol(error: unknown): boolean {
  const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
  return code === 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL';
}

function isUsable(session: ClientHttp2Session): boolean {
  return !session.closed && !session.destroyed;
}
