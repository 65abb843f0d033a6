// A connection to a gRPC server: plaintext or TLS, with the limits of a Go client.
import type { Http2Session } from 'node:http2';
import { connect } from 'node:net';
import type { Interceptor, Transport } from '@connectrpc/connect';
import { createGrpcTransport, type GrpcTransportOptions, Http2SessionManager } from '@connectrpc/connect-node';
import { inSpan } from '../instruments/telemetry.ts';
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
  /** `host:port` or `unix:path`. */
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

/** Makes a call within a span, and passes its trace on, as the client of a Go runner does. */
const passTrace: Interceptor = (next) => async (request) => {
  const { service, method } = request;
  const attributes = { 'rpc.system': 'grpc', 'rpc.service': service.typeName, 'rpc.method': method.name };
  return await inSpan(`${service.typeName}/${method.name}`, { kind: 'client', attributes }, async ({ headers }) => {
    for (const [name, value] of Object.entries(headers ?? {})) if (value) request.header.set(name, value);
    return await next(request);
  });
};

/**
 * Prepares a connection; the first call opens it.
 * @param tls - Undefined for plaintext, which is all that a Unix socket has here.
 * @param token - What the server requires of its callers, if anything.
 * @throws Node's Error for an unusable certificate or key.
 */
export function createConnection(address: ListenAddress, tls: TlsOptions | undefined, token?: string): Connection {
  const authority = 'path' in address ? 'localhost' : formatListenAddress(address);
  const baseUrl = `${tls ? 'https' : 'http'}://${authority}`;
  const options =
    'path' in address
      ? { createConnection: () => connect(address.path) }
      : tls && {
          ...(tls.ca && { ca: tls.ca }),
          ...(tls.cert && { cert: tls.cert }),
          ...(tls.key && { key: tls.key }),
          ...(tls.serverName && { servername: tls.serverName }),
        };
  const sessionManager = new Http2SessionManager(baseUrl, {}, options);
  return {
    address: formatListenAddress(address),
    tls,
    // Without compression, so that the limit applies to the real size of a message.
    transport: createGrpcTransport({
      baseUrl,
      sessionManager: toleratingErrors(sessionManager),
      readMaxBytes: receiveMaxBytes,
      acceptCompression: [],
      interceptors: [passTrace, ...(token === undefined ? [] : [authorize(token)])],
    }),
    close: () => sessionManager.abort(),
  };
}

function authorize(token: string): Interceptor {
  return (next) => (request) => {
    request.header.set('authorization', `Bearer ${token}`);
    return next(request);
  };
}
