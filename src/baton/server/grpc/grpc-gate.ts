// Applies the limits to a grpc-js server: admits connections, and counts what its streams hold.
import { constants, type Http2Server, type ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import { ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';
import type { Connection } from '../limits/connections.ts';
import type { Gate } from '../limits/gate.ts';
import { LimitedCall } from './limited-call.ts';
import { LimitedStream } from './limited-stream.ts';

/**
 * What a caller gets that finds all connections taken: the SETTINGS that every HTTP/2 server begins with, and GOAWAY with
 * ENHANCE_YOUR_CALM and a text (RFC 9113, 6.5 and 6.8).
 */
const goAway = (() => {
  const text = Buffer.from('too many connections');
  const header = (length: number, type: number) => {
    const bytes = Buffer.alloc(9);
    bytes.writeUIntBE(length, 0, 3);
    bytes.writeUInt8(type, 3);
    return bytes;
  };
  const body = Buffer.alloc(8);
  body.writeUInt32BE(constants.NGHTTP2_ENHANCE_YOUR_CALM, 4);
  return Buffer.concat([header(0, 4), header(body.length + text.length, 7), body, text]);
})();

/** How long a caller may take to answer a ping, unless pings come more often. The default of Go's servers. */
const keepaliveTimeoutMs = 20_000;

export class GrpcGate {
  readonly #gate: Gate;
  readonly #bySession = new WeakMap<ServerHttp2Session, Connection>();
  #arrivingConnection: Connection | undefined;
  #arrivingStream: LimitedStream | undefined;

  constructor(gate: Gate) {
    this.#gate = gate;
  }

  /** For the options of the grpc-js server, which creates a call while its stream arrives. */
  readonly interceptor: ServerInterceptor = ({ requestStream }, call) =>
    this.#arrivingStream
      ? new LimitedCall(call, this.#arrivingStream, requestStream)
      : new ServerInterceptingCall(call);

  /** The settings of grpc-js that it enforces itself. */
  channelOptions(): Record<string, number> {
    const { callsPerConnectionMax, keepaliveIntervalMs } = this.#gate.limits;
    return {
      'grpc.max_concurrent_streams': callsPerConnectionMax,
      ...(Number.isFinite(keepaliveIntervalMs) && {
        'grpc.keepalive_time_ms': keepaliveIntervalMs,
        'grpc.keepalive_timeout_ms': Math.min(keepaliveIntervalMs, keepaliveTimeoutMs),
      }),
    };
  }

  /** Call it once grpc-js has set its own listeners. */
  attach(server: Http2Server): void {
    server.on('session', (session) => this.#accept(session));
    // grpc-js handles a stream between these two.
    server.prependListener('stream', (stream, headers) => {
      const connection = stream.session && this.#bySession.get(stream.session as ServerHttp2Session);
      this.#arrivingStream = connection && new LimitedStream(stream, headers, connection);
    });
    server.on('stream', () => {
      this.#arrivingStream?.begin(this.#gate.bytes);
      this.#arrivingStream = undefined;
    });
  }

  /** Passes a socket to `inject`, if there is room for a connection. */
  admit(socket: Socket, inject: (socket: Socket) => void): void {
    const connection = this.#gate.connections.admit(socket);
    if (!connection) {
      socket.on('error', () => {});
      socket.end(goAway, () => socket.destroy());
      return;
    }
    // In plaintext, the session begins at once; with TLS, after the handshake.
    this.#arrivingConnection = connection;
    inject(socket);
    this.#arrivingConnection = undefined;
  }

  #accept(session: ServerHttp2Session): void {
    const connection = this.#arrivingConnection ?? this.#gate.connections.find(session.socket);
    if (!connection) {
      // The socket has closed already.
      session.destroy();
      return;
    }
    this.#bySession.set(session, connection);
    connection.closeGently = () => session.close();
    session.once('remoteSettings', () => connection.greeted());
  }
}
