// A connection to a gRPC server: plaintext or TLS, with the limits of a Go client.
import type { Http2Session } from 'node:http2';
import type { Transport } from '@connectrpc/connect';
import { createGrpcTransport, type GrpcTransportOptions, Http2SessionManager } from '@connectrpc/connect-node';
import { formatListenAddress, type ListenAddress } from '../server/listen-address.ts';

/** The largest message that a Go client takes unless it is told otherwise, and nothing in the Go SDK tells it. */
export const receiveMaxBytes = 4 * 1024 * 1024;

/** How the server is trusted, and how it can trust the client. All in PEM form. */
export interface TlsOptions {
  /** Authorities of the server's certificate; those of the system when there are none. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** The name that the server's certificate must have; the host of the address when it is not given. */
  readonly serverName?: string | undefined;
}

export interface Connection {
  /** `host:port`. */
  readonly address: string;
  /** Nothing for plaintext. */
  readonly tls: TlsOptions | undefined;
  readonly transport: Transport;
  close(): void;
}

/**
 * A server that speaks no HTTP/2 makes Node emit two errors for one session. The manager listens for the first, which
 * the calls tell of; the second would end the process.
 */
function toleratingErrors(manager: Http2SessionManager): NonNullable<GrpcTransportOptions['sessionManager']> {
  const known = new WeakSet<Http2Session>();
  return {
    authority: manager.authority,
    request: async (...call) => {
      const stream = await manager.request(...call);
      if (stream.session && !known.has(stream.session)) {
        known.add(stream.session);
        stream.session.on('error', () => {});
      }
      return stream;
    },
    notifyResponseByteRead: (stream) => manager.notifyResponseByteRead(stream),
  };
}

/**
 * Prepares a connection; it is opened by the first call.
 * @throws Error of Node's when a certificate or the key cannot be used.
 */
export function createConnection(address: ListenAddress, tls: TlsOptions | undefined): Connection {
  const authority = formatListenAddress(address);
  const baseUrl = `${tls ? 'https' : 'http'}://${authority}`;
  const sessionManager = new Http2SessionManager(
    baseUrl,
    {},
    tls && {
      ...(tls.ca && { ca: tls.ca }),
      ...(tls.cert && { cert: tls.cert }),
      ...(tls.key && { key: tls.key }),
      ...(tls.serverName && { servername: tls.serverName }),
    },
  );
  return {
    address: authority,
    tls,
    // Without compression, so that a message counts with the size that it has.
    transport: createGrpcTransport({
      baseUrl,
      sessionManager: toleratingErrors(sessionManager),
      readMaxBytes: receiveMaxBytes,
      acceptCompression: [],
    }),
    close: () => sessionManager.abort(),
  };
}
