// The same services over HTTP: Connect (JSON for curl, or binary) and gRPC-Web, beside the gRPC server.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions as TlsOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { DescMethod, Message } from '@bufbuild/protobuf';
import {
  type ContextValues,
  createContextValues,
  type Interceptor,
  type StreamRequest,
  type UnaryRequest,
} from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import type { Logger } from 'pino';
import { describeError } from '../../log/describe-error.ts';
import { annotationRegistry } from '../../messages/annotation-registry.ts';
import { loggerKey } from '../../services/call-context.ts';
import type { ServiceEntry } from '../../services/service-entry.ts';
import { toCallFailure } from '../call-failure.ts';
import { listenAt } from '../listen.ts';
import { isLoopback, type ListenAddress } from '../listen-address.ts';
import { RequestValidator } from '../request-validator.ts';
import { refuseForeignHosts } from './refuse-foreign-hosts.ts';

export interface HttpServerOptions {
  readonly services: readonly ServiceEntry[];
  readonly listen: ListenAddress;
  readonly logger: Logger;
  /** Certificates for HTTPS; plaintext if left out. */
  readonly tls?: TlsOptions | undefined;
  /** How long {@link HttpServer.drain} waits for running calls before it cuts them. */
  readonly drainTimeoutMs: number;
  /** Called for each call, to set what its service finds in the context beside the logger. */
  readonly setContextValues?: ((values: ContextValues) => void) | undefined;
}

export interface HttpServer {
  readonly address: ListenAddress;
  /** Takes no new connections, and lets running calls end. */
  drain(): Promise<void>;
}

/** The limit of the gRPC server for requests. */
const receiveMaxBytes = 4 * 1024 * 1024;

/**
 * Starts a server for HTTP/1.1. Requests are validated and errors told as the gRPC server does.
 * @throws ServiceError FAILED_PRECONDITION when the address cannot be listened at.
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { logger, services, drainTimeoutMs, tls } = options;
  const stopping = new AbortController();
  const handler = connectNodeAdapter({
    routes: (router) => {
      for (const { desc, implementation } of services) {
        router.service(desc, implementation);
      }
    },
    // Plain gRPC needs HTTP/2, which the gRPC server speaks.
    grpc: false,
    interceptors: [checkAndTell(logger)],
    contextValues: () => {
      const values = createContextValues().set(loggerKey, logger);
      options.setContextValues?.(values);
      return values;
    },
    jsonOptions: { registry: annotationRegistry },
    readMaxBytes: receiveMaxBytes,
    shutdownSignal: stopping.signal,
  });
  const http: Server = tls
    ? createTlsServer(tls, handler)
    : createServer(isLoopback(options.listen) ? refuseForeignHosts(handler) : handler);
  await listenAt(http, options.listen);
  http.on('error', (error) => logger.error({ error: describeError(error) }, 'a connection could not be taken'));
  const { address: host, port } = http.address() as AddressInfo;
  return {
    address: { host, port },
    drain: async () => {
      const closed = once(http, 'close');
      http.close();
      const timer = setTimeout(() => {
        stopping.abort(new Error('the server is stopping'));
        http.closeAllConnections();
      }, drainTimeoutMs);
      await closed;
      clearTimeout(timer);
    },
  };
}

/** What surrounds each call: the rules for requests, a logger that names the call, and what becomes of errors. */
function checkAndTell(serverLogger: Logger): Interceptor {
  const validator = new RequestValidator();
  return (next) => async (request) => {
    const logger = serverLogger.child({ method: `${request.service.typeName}/${request.method.name}` });
    request.contextValues.set(loggerKey, logger);
    const startedAtMs = performance.now();
    const tell = (code: string) =>
      logger.debug({ code, duration_ms: Math.round(performance.now() - startedAtMs) }, 'call');
    try {
      const response = await next(await checked(request, validator));
      tell('OK');
      return response;
    } catch (error) {
      const { answer, unexpected } = toCallFailure(error, request.signal);
      if (unexpected) {
        logger.error({ error: describeError(answer.cause) }, 'call failed');
      }
      tell(answer.message);
      throw answer;
    }
  };
}

async function checked<Request extends UnaryRequest | StreamRequest>(
  request: Request,
  validator: RequestValidator,
): Promise<Request> {
  if (!request.stream) {
    await validator.check(request.method.input, request.message as Message);
    return request;
  }
  return { ...request, message: checkedMessages(request.message as AsyncIterable<Message>, request.method, validator) };
}

async function* checkedMessages(messages: AsyncIterable<Message>, method: DescMethod, validator: RequestValidator) {
  for await (const message of messages) {
    await validator.check(method.input, message);
    yield message;
  }
}
