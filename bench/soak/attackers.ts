// Callers that make a server hold what they never take: unfinished requests, unread responses, cancelled calls, and
// connections without a call.
import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2, constants } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { firstGrantsRequest } from '../grpc/caller.ts';
import { frameMessage } from '../grpc/grpc-message.ts';

const listGrants = '/c1.connector.v2.GrantsService/ListGrants';

/** The largest message that the server accepts. */
const messageBytesMax = 4 * 1024 * 1024;

/** A connection with calls that keep the server waiting. */
export class Attack implements Disposable {
  /** Calls that the server has ended. */
  refused = 0;
  readonly #session: ClientHttp2Session;

  private constructor(session: ClientHttp2Session) {
    this.#session = session;
  }

  /** @param windowBytes - How much of each response the server may send before it is read. */
  static async connect(url: string, windowBytes = 65_535): Promise<Attack> {
    const session = connectHttp2(url, { settings: { initialWindowSize: windowBytes } });
    session.on('error', () => {});
    await once(session, 'remoteSettings');
    return new Attack(session);
  }

  /** Sends all of a message but its last byte. */
  sendUnfinished(bytes = messageBytesMax): void {
    const frame = frameMessage(Buffer.alloc(bytes, 'x'));
    this.#call()?.write(frame.subarray(0, -1));
  }

  /**
   * Asks for grants, and reads nothing if the window is 0.
   * @param request - Default: one whose response is large.
   */
  ask(request = firstGrantsRequest()): ClientHttp2Stream | undefined {
    const stream = this.#call();
    stream?.end(frameMessage(request));
    return stream;
  }

  /** Asks, and cancels after a while. */
  askAndCancel(afterMs: number): void {
    const stream = this.ask();
    setTimeout(() => stream?.close(constants.NGHTTP2_CANCEL), afterMs);
  }

  [Symbol.dispose](): void {
    this.#session.destroy();
  }

  #call(): ClientHttp2Stream | undefined {
    // The server may have closed the connection.
    if (this.#session.closed || this.#session.destroyed) return undefined;
    const stream = this.#session.request({
      ':method': 'POST',
      ':path': listGrants,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    stream.on('error', () => {});
    stream.once('close', () => this.refused++);
    stream.resume();
    return stream;
  }
}

/** Sockets that say nothing. */
export class IdleSockets implements Disposable {
  /** How many the server has closed. */
  closed = 0;
  readonly #sockets: Socket[];

  private constructor(sockets: Socket[]) {
    this.#sockets = sockets;
    for (const socket of sockets) socket.once('close', () => this.closed++);
  }

  static async connect(url: string, count: number): Promise<IdleSockets> {
    const { hostname, port } = new URL(url);
    const sockets = Array.from({ length: count }, () => connect(Number(port), hostname).resume());
    for (const socket of sockets) socket.on('error', () => {});
    const idle = new IdleSockets(sockets);
    await Promise.all(sockets.map((socket) => Promise.race([once(socket, 'connect'), once(socket, 'close')])));
    return idle;
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
