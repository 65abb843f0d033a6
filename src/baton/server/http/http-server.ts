// The HTTP server: the services over Connect (JSON for curl, or binary) and gRPC-Web.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions as TlsOptions } from 'node:https';
import type { Message } from '@bufbuild/protobuf';
import {
  Code,
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
import { loggerKey } from '../../services/call-context.ts';
import type { ServiceEntry } from '../../services/service-entry.ts';
import { toCallFailure } from '../call-failure.ts';
import { CallLog, peerKey } from '../call-log.ts';
import { applyPolicy } from '../call-policy.ts';
import type { CallerGuard } from '../callers/caller-guard.ts';
import { guardHttp } from '../callers/guard-http.ts';
import { describePeer } from '../limits/describe-peer.ts';
import { createGate, type Gate } from '../limits/gate.ts';
import { requestBytesMax } from '../limits/server-limits.ts';
import { addressOf, listenAt } from '../listen.ts';
import type { ListenAddress } from '../listen-address.ts';
import { RunningCalls } from '../running-calls.ts';
import { acceptedCompressions } from './accepted-compressions.ts';
import { explainRequests } from './explain-requests.ts';
import { guardLoopback } from './guard-loopback.ts';
import { dropUnknownTypes, withUnknownTypes } from './json-annotations.ts';
import { type LimitedResponse, RequestGate } from './request-gate.ts';

export interface HttpServerOptions {
  readonly services: readonly ServiceEntry[];
  readonly listen: ListenAddress;
  readonly logger: Logger;
  /** Certificates for HTTPS. Default: plaintext. */
  readonly tls?: TlsOptions | undefined;
  /** Default: whoever reaches the server. */
  readonly callers?: CallerGuard | undefined;
  /** How long {@link HttpServer.drain} waits for running calls before it stops them. */
  readonly drainTimeoutMs: number;
  /** How long connections may take to close once no call runs. Default: 1 second. */
  readonly closeTimeoutMs?: number;
  /** What callers may make it hold, shared with the other servers of the process. Default: one with the default limits. */
  readonly gate?: Gate;
  /** Sets further context values of each call. */
  readonly setContextValues?: ((values: ContextValues) => void) | undefined;
}

export interface HttpServer {
  readonly address: ListenAddress;
  /** Uses other certificates for new connections. */
  updateTls(changed: TlsOptions): void;
  /**
   * Accepts no more connections, and lets running calls finish. Calls that have not finished after the drain timeout get
   * UNAVAILABLE, and their signals abort.
   */
  drain(): Promise<void>;
}

/**
 * Starts a server for HTTP/1.1. Its calls have the same policy as those of the gRPC server.
 * @throws ServiceError FAILED_PRECONDITION when it cannot listen on the address.
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { logger, services, tls } = options;
  const running = new RunningCalls();
  const connect = connectNodeAdapter({
    routes: (router) => {
      for (const entry of services) {
        router.service(entry.desc, applyPolicy(entry, { running }).implementation);
      }
    },
    // Plain gRPC needs HTTP/2: that is the gRPC server.
    grpc: false,
    contextValues: ({ socket }) => {
      const values = createContextValues().set(loggerKey, logger).set(peerKey, describePeer(socket));
      options.setContextValues?.(values);
      return values;
    },
    requestGate: logEarlyFailure,
    interceptors: [skipUnknownTypes],
    jsonOptions: { registry: withUnknownTypes(annotationRegistry) },
    acceptCompression: acceptedCompressions,
    readMaxBytes: requestBytesMax,
  });
  const handler = explainRequests(connect, { services, listen: options.listen, hasTls: tls !== undefined });
  const guarded = options.callers ? guardHttp(handler, options.callers) : handler;
  const gate = new RequestGate(options.gate ?? createGate(logger));
  const limited = gate.limit(tls ? guarded : guardLoopback(guarded, options.listen));
  const https = tls && createTlsServer({ ...tls, ...gate.serverOptions }, limited);
  const http = https ?? createServer(gate.serverOptions, limited);
  gate.attach(http);
  // A server that has stopped listening closes persistent connections after their responses.
  http.on('request', (_request, response) => {
    response.once('close', () => http.listening || http.closeIdleConnections());
  });
  await listenAt(http, options.listen);
  http.on('error', (error) => logger.error({ error: describeError(error) }, 'cannot accept a connection'));
  return {
    address: addressOf(http),
    updateTls: (changed) => https?.setSecureContext(changed),
    drain: () => stopHttpServer(http, running, options),
  };
}

async function stopHttpServer(
  http: Server<typeof IncomingMessage, typeof LimitedResponse>,
  running: RunningCalls,
  { drainTimeoutMs, closeTimeoutMs = 1000 }: HttpServerOptions,
): Promise<void> {
  const closed = once(http, 'close');
  http.close();
  await untilAborted(running.none(), AbortSignal.timeout(drainTimeoutMs)).catch(() => running.stop());
  await untilAborted(closed, AbortSignal.timeout(closeTimeoutMs)).catch(() => http.closeAllConnections());
  await closed;
}

/**
 * Logs failures outside of the policy: requests that cannot be decoded and responses that cannot be encoded. Connect
 * reports them nowhere, but aborts the signal of the call with the error.
 */
function logEarlyFailure(context: HandlerContext): void {
  const log = new CallLog(context);
  const { signal } = context;
  signal.addEventListener('abort', () => {
    if (signal.reason instanceof ConnectError) {
      // If the policy ends the call as well, its line comes first.
      const failure = toCallFailure(signal.reason, signal);
      setImmediate(() => log.failed(failure, failure.answer.code === Code.InvalidArgument));
    }
  });
}

/** Only JSON needs to know the types of packed messages. */
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
