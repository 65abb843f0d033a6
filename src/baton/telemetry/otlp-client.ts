// Calls a collector's services: unary gRPC over one HTTP/2 connection. The connection goes the way of all others, through
// net/, which OpenTelemetry's exporters know nothing of: they would have proxies and authorities of their own.
import { type ClientHttp2Session, type ClientHttp2Stream, connect, type IncomingHttpHeaders } from 'node:http2';
import { TLSSocket } from 'node:tls';
import { Code, codeName } from '../author/code.ts';
import { openSocket } from '../net/open-socket.ts';
import type { Route } from '../net/route.ts';

export interface OtlpClientOptions {
  /** The way to the collector. Without trust it is not encrypted. */
  readonly route: Route;
  /** Further headers of each call, such as those for authentication; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly userAgent: string;
  readonly connectTimeoutMs: number;
  /** Takes secrets out of what the collector says. */
  redactText(text: string): string;
}

/** What the collector answered instead of a response. */
export class OtlpError extends Error {
  /** A code of gRPC. */
  readonly code: number;

  constructor(code: number, message: string) {
    super(`the collector answered ${codeName(code)}${message === '' ? '' : `: ${message}`}`);
    this.name = 'OtlpError';
    this.code = code;
  }
}

/** More of a message is not shown. */
const messageLengthMax = 500;
/** Responses say how many items were rejected, and why. */
const responseMaxBytes = 64 * 1024;
/** Flag for compression, and length. */
const prefixBytes = 5;

export class OtlpClient {
  readonly #options: OtlpClientOptions;
  readonly #closing = new AbortController();
  #session: Promise<ClientHttp2Session> | undefined;

  constructor(options: OtlpClientOptions) {
    this.#options = options;
  }

  /**
   * Makes a call; it connects if there is no connection.
   * @param path - `/package.Service/Method`.
   * @param signal - Ends the call, with the connection if that was silent.
   * @returns The response.
   * @throws OtlpError, ConnectionError, the signal's reason.
   */
  async call(path: string, message: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    const ended = AbortSignal.any([signal, this.#closing.signal]);
    ended.throwIfAborted();
    const { headers, userAgent } = this.#options;
    const session = await this.#connected();
    ended.throwIfAborted();
    const stream = session.request({
      ...headers,
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      'user-agent': userAgent,
    });
    const onAbort = () => {
      stream.destroy();
      // It may be dead: the next call finds out with a new one.
      session.destroy();
    };
    ended.addEventListener('abort', onAbort, { once: true });
    try {
      stream.end(frame(message));
      const { head, message: response } = await readResponse(stream);
      checkStatus(head, (text) => this.quote(text));
      return response;
    } catch (error) {
      ended.throwIfAborted();
      throw error;
    } finally {
      ended.removeEventListener('abort', onAbort);
    }
  }

  /** What the collector says, for messages: without secrets, and not all of a long text. */
  quote(text: string): string {
    return this.#options.redactText(text).slice(0, messageLengthMax);
  }

  /** Ends the connection and the calls on it. */
  close(): void {
    this.#closing.abort(new Error('the program is stopping'));
    void this.#session?.then(
      (session) => session.destroy(),
      () => {},
    );
  }

  #connected(): Promise<ClientHttp2Session> {
    if (!this.#session) {
      const opening = this.#open();
      const forget = () => {
        if (this.#session === opening) this.#session = undefined;
      };
      opening.then((session) => session.once('goaway', forget).once('close', forget), forget);
      this.#session = opening;
    }
    return this.#session;
  }

  async #open(): Promise<ClientHttp2Session> {
    const { route, connectTimeoutMs: timeoutMs } = this.#options;
    const socket = await openSocket(route, { timeoutMs, protocol: 'h2', signal: this.#closing.signal });
    if (socket instanceof TLSSocket && socket.alpnProtocol !== 'h2') {
      socket.destroy();
      throw new Error(`${route.origin.host} does not support HTTP/2, which gRPC needs`);
    }
    const scheme = socket instanceof TLSSocket ? 'https' : 'http';
    const session = connect(`${scheme}://${route.origin.host}`, { createConnection: () => socket });
    session.on('error', () => {
      // Each call on it fails with the same error.
    });
    return session;
  }
}

function frame(message: Uint8Array): Buffer {
  const framed = Buffer.alloc(prefixBytes + message.length);
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, prefixBytes);
  return framed;
}

async function readResponse(stream: ClientHttp2Stream): Promise<{ head: IncomingHttpHeaders; message: Uint8Array }> {
  const heads: IncomingHttpHeaders[] = [];
  stream.on('response', (headers) => heads.push(headers)).on('trailers', (headers) => heads.push(headers));
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > responseMaxBytes) throw new Error(`the collector answered more than ${responseMaxBytes} bytes`);
    chunks.push(chunk);
  }
  return { head: Object.assign({}, ...heads), message: Buffer.concat(chunks).subarray(prefixBytes) };
}

/** @throws OtlpError unless the call succeeded. */
function checkStatus(headers: IncomingHttpHeaders, quote: OtlpClient['quote']): void {
  const { 'grpc-status': status, 'grpc-message': message = '', ':status': httpStatus } = headers;
  if (status === undefined) throw new OtlpError(Code.Unavailable, `HTTP status ${httpStatus}, without a gRPC status`);
  if (Number(status) === 0) return;
  throw new OtlpError(Number(status), quote(decodeMessage(String(message))));
}

/** As gRPC percent-encodes it. */
function decodeMessage(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
