// The same services over HTTP: Connect (JSON for curl, or binary) and gRPC-Web, beside the gRPC server.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions as TlsOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Message } from '@bufbuild/protobuf';
import {
  ConnectError,
  type ContextValues,
  createContextValues,
  type HandlerContext,
  type Interceptor,
} from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import type { Logger } from 'pino';
import { describeError } from '../../log/describe-error.ts';
import { annotationRegistry } from '../../messages/annotation-registry.ts';
import { untilAborted } from '../../net/abort.ts';
import { isLoopback } from '../../net/is-loopback.ts';
import { loggerKey } from '../../services/call-context.ts';
import type { ServiceEntry } from '../../services/service-entry.ts';
import { toCallFailure } from '../call-failure.ts';
import { CallLog, peerKey } from '../call-log.ts';
import { applyPolicy } from '../call-policy.ts';
import { listenAt } from '../listen.ts';
import { formatListenAddress, type ListenAddress } from '../listen-address.ts';
import { RunningCalls } from '../running-calls.ts';
import { forbidForeignHosts } from './forbid-foreign-hosts.ts';
import { dropUnknownTypes, withUnknownTypes } from './json-annotations.ts';

export interface HttpServerOptions {
  readonly services: readonly ServiceEntry[];
  readonly listen: ListenAddress;
  readonly logger: Logger;
  /** Certificates for HTTPS; plaintext if left out. */
  readonly tls?: TlsOptions | undefined;
  /** How long {@link HttpServer.drain} waits for running calls before it stops them. */
  readonly drainTimeoutMs: number;
  /** How long connections may take to deliver the last bytes and close, once no call runs. Default: 1 second. */
  readonly closeTimeoutMs?: number;
  /** Called for each call, to set what its service finds in the context beside the logger. */
  readonly setContextValues?: ((values: ContextValues) => void) | undefined;
}

export interface HttpServer {
  readonly address: ListenAddress;
  /** As a gRPC server's: see {@link import('../grpc/grpc-server.ts').GrpcServer.drain}. */
  drain(): Promise<void>;
}

/** The limit of the gRPC server for requests. */
const receiveMaxBytes = 4 * 1024 * 1024;

/**
 * Starts a server for HTTP/1.1. Calls are under the same policy as those of the gRPC server.
 * @throws ServiceError FAILED_PRECONDITION when the address cannot be listened at.
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { logger, services, tls } = options;
  const running = new RunningCalls();
  const handler = connectNodeAdapter({
    routes: (router) => {
      for (const entry of services) {
        router.service(entry.desc, applyPolicy(entry, { running }).implementation);
      }
    },
    // Plain gRPC needs HTTP/2, which the gRPC server speaks.
    grpc: false,
    contextValues: ({ socket }) => {
      const values = createContextValues().set(loggerKey, logger).set(peerKey, describePeer(socket));
      options.setContextValues?.(values);
      return values;
    },
    requestGate: logEarlyFailure,
    interceptors: [skipUnknownTypes],
    jsonOptions: { registry: withUnknownTypes(annotationRegistry) },
    readMaxBytes: receiveMaxBytes,
  });
  const http: Server = tls
    ? createTlsServer(tls, handler)
    : createServer(isLoopback(options.listen.host) ? forbidForeignHosts(handler) : handler);
  // Of a server that has stopped, connections that are kept alive close once they have their response.
  http.on('request', (_request, response) => {
    response.once('close', () => http.listening || http.closeIdleConnections());
  });
  await listenAt(http, options.listen);
  http.on('error', (error) => logger.error({ error: describeError(error) }, 'cannot accept a connection'));
  const { address: host, port } = http.address() as AddressInfo;
  return { address: { host, port }, drain: () => stopHttpServer(http, running, options) };
}

async function stopHttpServer(
  http: Server,
  running: RunningCalls,
  { drainTimeoutMs, closeTimeoutMs = 1000 }: HttpServerOptions,
): Promise<void> {
  const closed = once(http, 'close');
  http.close();
  await untilAborted(running.none(), AbortSignal.timeout(drainTimeoutMs)).catch(() => running.stop());
  await untilAborted(closed, AbortSignal.timeout(closeTimeoutMs)).catch(() => http.closeAllConnections());
  await closed;
}

function describePeer({ remoteAddress, remotePort }: Socket): string | undefined {
  return remoteAddress === undefined || remotePort === undefined
    ? undefined
    : formatListenAddress({ host: remoteAddress, port: remotePort });
}

/**
 * Sees to it that a call that fails outside of its service has its line too: requests that cannot be read and responses
 * that cannot be written. Connect tells nobody about those, but ends the signal of the call with the error.
 */
function logEarlyFailure(context: HandlerContext): void {
  const log = new CallLog(context);
  const { signal } = context;
  signal.addEventListener('abort', () => {
    if (signal.reason instanceof ConnectError) {
      // Later: a caller's leaving is first of all the end of a service, which has its line then.
      setImmediate(() => log.failed(toCallFailure(signal.reason, signal)));
    }
  });
}

/** Only JSON has packed messages of types that a registry must know. */
const skipUnknownTypes: Interceptor = (next) => (request) => {
  if (!/json/i.test(request.header.get('content-type') ?? '')) {
    return next(request);
  }
  const { input } = request.method;
  if (!request.stream) {
    dropUnknownTypes(input, request.message, annotationRegistry);
    return next(request);
  }
  async function* skipped(messages: AsyncIterable<Message>) {
    for await (const message of messages) {
      dropUnknownTypes(input, message, annotationRegistry);
      yield message;
    }
  }
  return next({ ...request, message: skipped(request.message) });
};
