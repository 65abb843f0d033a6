// A connection to a gRPC server: plaintext or TLS, with the limits of a Go client.
import type { Http2Session } from 'node:http2';
import type { Transport } from '@connectrpc/connect';
import { createGrpcTransport, type GrpcTransportOptions, Http2SessionManager } from '@connectrpc/connect-node';
import { formatListenAddress, type ListenAddress } from '../server/listen-address.ts';

/** The largest message that a Go client accepts by default, and the Go SDK does not change the default. */
export const receiveMaxBytes = 4 * 1024 * 1024;

/** How the server is trusted, and the certificate to present. All in PEM form. */
export interface TlsOptions {
  /** Authorities of the server's certificate; the system's if undefined. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** The name in the server's certificate; the host of the address if undefined. */
  readonly serverName?: string | undefined;
}

export interface Connection {
  /** `host:port`. */
  readonly address: string;
  /** Undefined for plaintext. */
  readonly tls: TlsOptions | undefined;
  readonly transport: Transport;
  close(): void;
}

/**
 * For a server without HTTP/2, Node emits two errors on one session. The manager listens to the first, which the calls
 * report; an unhandled second one would end the process.
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
 * Prepares a connection; the first call opens it.
 * @throws Node's Error for an unusable certificate or key.
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
    // Without compression, so that the limit applies to the real size of a message.
    transport: createGrpcTransport({
      baseUrl,
      sessionManager: toleratingErrors(sessionManager),
      readMaxBytes: receiveMaxBytes,
      acceptCompression: [],
    }),
    close: () => sessionManager.abort(),
  };
}
