// What a server holds for one HTTP/2 stream: the pieces of its request, and the responses that its caller has not read.
import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { ConnectError } from '@connectrpc/connect';
import type { ServiceError } from '../../author/service-error.ts';
import type { BytesInFlight } from '../limits/bytes-in-flight.ts';
import type { Claim } from '../limits/claim.ts';
import type { Connection } from '../limits/connections.ts';
import { requestBytesMax, startTimer } from '../limits/server-limits.ts';
import { type GrpcStatus, toGrpcStatus } from './grpc-status.ts';

/** How many bytes one of a compressed message can become (deflate). */
const inflationMax = 1032;

/** grpc-js copies a response into a frame, and keeps both until it is sent. */
const responseCopies = 2;

/** How long a connection may take to answer a ping after one of its callers did not read a response. */
const pingTimeoutMs = 1000;

/** The call of grpc-js on a stream. */
export interface CallOfStream {
  /** Whether the caller may send many messages. */
  readonly requestStream: boolean;
  /** Ends the call with a status; only before any response was sent. */
  refuse(status: GrpcStatus): void;
}

export class LimitedStream {
  readonly #stream: ServerHttp2Stream;
  readonly #connection: Connection;
  readonly #isCompressed: boolean;
  #call: CallOfStream | undefined;
  #claim: Claim | undefined;
  #inflatedBytes = 0;
  #responseStarted = false;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, connection: Connection) {
    this.#stream = stream;
    this.#connection = connection;
    this.#isCompressed = (headers['grpc-encoding'] ?? 'identity') !== 'identity';
  }

  /** Set by grpc-js while the stream arrives, unless it refuses it: an unknown method, or not gRPC. */
  set call(call: CallOfStream) {
    this.#call = call;
  }

  /** Counts from now on. grpc-js has the stream, and reads from it before this does. */
  begin(bytes: BytesInFlight): void {
    this.#connection.callStarted();
    this.#stream.once('close', () => {
      this.#claim?.release();
      this.#connection.callEnded();
    });
    this.#claim = bytes.claim(this.#connection, (error) => this.#refuse(error));
    if (this.#call && !this.#claim.released) {
      this.#stream.on('data', (piece: Buffer) => this.#claim?.pieceReceived(piece, this.#mayBecome(piece)));
    }
  }

  /** A message of the request is complete, and has this many bytes. */
  received(bytes: number): void {
    this.#inflatedBytes = 0;
    const isConsumed = this.#call?.requestStream === true;
    this.#claim?.messageReceived(isConsumed ? 0 : bytes);
    if (isConsumed) this.#claim?.requestFinished();
  }

  /** The caller sends no more. */
  requestFinished(): void {
    this.#claim?.requestFinished();
  }

  /** Call it before sending a response. @returns Whether it may be sent; otherwise the call has ended. */
  sending(bytes: number): boolean {
    return this.#claim?.sending(bytes * responseCopies) ?? true;
  }

  /** From now on, a status cannot stand alone. */
  responding(): void {
    this.#responseStarted = true;
  }

  /** A response was sent. */
  sent(bytes: number): void {
    this.#claim?.sent(bytes * responseCopies);
  }

  #mayBecome({ length }: Buffer): number {
    if (!this.#isCompressed) return 0;
    const room = this.#call?.requestStream ? Number.POSITIVE_INFINITY : requestBytesMax - this.#inflatedBytes;
    const bytes = Math.min(length * inflationMax, room);
    this.#inflatedBytes += bytes;
    return bytes;
  }

  #refuse(error: ServiceError): void {
    if (this.#call && !this.#responseStarted) {
      this.#call.refuse(toGrpcStatus(ConnectError.from(error), new Headers()));
      this.#stream.close(constants.NGHTTP2_NO_ERROR);
    } else {
      this.#closeUnlessRead();
      // Callers take this code for RESOURCE_EXHAUSTED.
      this.#stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    }
  }

  /** What was passed to the socket is only freed when the connection reads it, or ends. A ping tells which. */
  #closeUnlessRead(): void {
    const { session } = this.#stream;
    if (!session || session.destroyed) return;
    const timer = startTimer(pingTimeoutMs, () => this.#connection.destroy());
    session.ping(() => clearTimeout(timer));
  }
}
