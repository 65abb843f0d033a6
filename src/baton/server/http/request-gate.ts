// Applies the limits to an HTTP/1.1 server: admits connections, and counts what their requests and responses hold.
import {
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type RequestListener,
  type Server,
  ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Socket } from 'node:net';
import type { Claim } from '../limits/claim.ts';
import type { Connection } from '../limits/connections.ts';
import type { Gate } from '../limits/gate.ts';
import { requestBytesMax, timerMaxMs } from '../limits/server-limits.ts';

type Listener = RequestListener<typeof IncomingMessage, typeof LimitedResponse>;
type WriteCallback = (error: Error | null | undefined) => void;

/** How often Node looks for connections whose headers take too long. */
const checkIntervalMs = 1000;

/** Connect takes this code for a caller that has left. Any other error it would print. */
const connectionLost = Object.assign(new Error('the connection is closed'), { code: 'ECONNRESET' });

/** What Node reports for a socket that was destroyed while it wrote. */
function isCancelled(error: NodeJS.ErrnoException | null | undefined): boolean {
  return error?.code === 'ECANCELED';
}

/** A response that counts what its caller has not read. */
export class LimitedResponse extends ServerResponse {
  claim: Claim | undefined;

  override write(
    chunk: Uint8Array | string,
    encoding?: BufferEncoding | WriteCallback,
    callback?: WriteCallback,
  ): boolean {
    const bytes = Buffer.byteLength(chunk);
    const onWritten = typeof encoding === 'function' ? encoding : callback;
    // The response was destroyed: the writer learns it from its events.
    if (this.claim?.sending(bytes) === false) return true;
    return super.write(chunk, typeof encoding === 'string' ? encoding : 'utf8', (error) => {
      this.claim?.sent(bytes);
      onWritten?.(isCancelled(error) ? connectionLost : error);
    });
  }
}

export class RequestGate {
  readonly #gate: Gate;
  readonly #bySocket = new WeakMap<Socket, Connection>();

  constructor(gate: Gate) {
    this.#gate = gate;
  }

  /**
   * Options of a server whose listener is {@link limit}ed. Node's own limit of five minutes for a request is off, since
   * claims limit the time of a body; that for headers is needed from the second request of a connection on.
   */
  get serverOptions() {
    const { prefaceTimeoutMs } = this.#gate.limits;
    return {
      ServerResponse: LimitedResponse,
      headersTimeout: prefaceTimeoutMs > timerMaxMs ? 0 : prefaceTimeoutMs,
      requestTimeout: 0,
      connectionsCheckingInterval: checkIntervalMs,
    };
  }

  /** Admits the connections of a server whose listener is {@link limit}ed. */
  attach(server: Server<typeof IncomingMessage, typeof LimitedResponse>): void {
    server.on('connection', (socket: Socket) => {
      const connection = this.#gate.connections.admit(socket);
      if (connection) this.#bySocket.set(socket, connection);
      else endWith(socket, 503, { code: 'unavailable', message: 'too many connections' });
    });
  }

  /** @returns A listener that counts, and calls `listener`. */
  limit(listener: Listener): Listener {
    return (request, response) => {
      const connection = this.#bySocket.get(request.socket) ?? this.#gate.connections.find(request.socket);
      // One that was refused, or has closed.
      if (!connection) return;
      connection.callStarted();
      response.once('close', () => connection.callEnded());
      const claim = this.#gate.bytes.claim(connection, ({ rawMessage }) => {
        if (response.headersSent) response.destroy();
        else endWith(request.socket, 429, { code: 'resource_exhausted', message: rawMessage });
      });
      response.once('close', () => claim.release());
      if (claim.released) return;
      response.claim = claim;
      countRequest(request, claim);
      listener(request, response);
    };
  }
}

function countRequest(request: IncomingMessage, claim: Claim): void {
  const { headers } = request;
  if (!headers['transfer-encoding'] && !Number(headers['content-length'])) {
    claim.requestFinished();
    return;
  }
  let bytes = 0;
  let inflatedBytes = isCompressed(headers) ? requestBytesMax : 0;
  // Paused, it does not flow until its reader begins, and the reader misses nothing.
  request.pause();
  request.on('data', (piece: Buffer) => {
    bytes += piece.length;
    claim.pieceReceived(piece, inflatedBytes);
    inflatedBytes = 0;
  });
  request.once('end', () => {
    claim.messageReceived(bytes);
    claim.requestFinished();
  });
}

function isCompressed(headers: OutgoingHttpHeaders): boolean {
  return ['content-encoding', 'connect-content-encoding', 'grpc-encoding'].some(
    (name) => (headers[name] ?? 'identity') !== 'identity',
  );
}

/** Ends a connection with an error as Connect has it, whatever the state of its request. */
function endWith(socket: Socket, status: number, error: { readonly code: string; readonly message: string }): void {
  const body = JSON.stringify(error);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.on('error', () => {});
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
