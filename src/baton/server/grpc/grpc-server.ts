// The gRPC server: services on a socket, with reflection and health, until it is told to stop.
import type { AddressInfo, Socket } from 'node:net';
import type { ContextValues } from '@connectrpc/connect';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { Health } from '#gen/grpc/health/v1/health_pb.js';
import { describeError } from '../../log/describe-error.ts';
import type { ServiceEntry } from '../../services/service-entry.ts';
import { createHealthService, HealthState } from '../health/health.ts';
import { type InheritedListener, listen } from '../listen.ts';
import type { ListenAddress } from '../listen-address.ts';
import { RunningCalls } from '../running-calls.ts';
import { warmRules } from '../validate-request.ts';
import { addGrpcMethods } from './grpc-methods.ts';
import { createReflectionServices, reflectionServices } from './reflection.ts';
import { stopServer } from './stop-server.ts';

export interface GrpcServerOptions {
  /** What is served. Reflection (v1 and v1alpha) and health come with every server. */
  readonly services: readonly ServiceEntry[];
  readonly listen: ListenAddress | InheritedListener;
  readonly logger: Logger;
  /** Plaintext if left out. */
  readonly credentials?: ServerCredentials;
  /** How long {@link GrpcServer.drain} waits for running calls before it stops them. */
  readonly drainTimeoutMs: number;
  /** How long connections may take to deliver the last bytes and close, once no call runs. Default: 1 second. */
  readonly closeTimeoutMs?: number;
  /** Called for each call, to set what its service finds in the context beside the logger. */
  readonly setContextValues?: (values: ContextValues) => void;
}

export interface GrpcServer {
  /** Where it listens, with the port that the system chose if port 0 was asked for. */
  readonly address: ListenAddress;
  /**
   * Takes no new connections and calls, says NOT_SERVING to those who watch its health, and lets running calls end.
   * Those that have not ended after the drain timeout are answered UNAVAILABLE and their signals abort.
   */
  drain(): Promise<void>;
  /** The same without waiting for running calls. Also ends a {@link drain} that is under way. */
  close(): Promise<void>;
}

/** The limit of a Go server that sets none. Nothing limits what is sent: the services keep to what clients take. */
const receiveMaxBytes = 4 * 1024 * 1024;

/**
 * Starts a server.
 * @throws ServiceError FAILED_PRECONDITION when the address cannot be listened at.
 */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const { logger, closeTimeoutMs = 1000 } = options;
  const health = new HealthState();
  const running = new RunningCalls();
  const descs = [...options.services.map((entry) => entry.desc), Health, ...reflectionServices];
  const entries = [
    ...options.services,
    createHealthService(
      health,
      descs.map((desc) => desc.typeName),
    ),
    ...createReflectionServices(descs),
  ];

  const server = new Server({
    'grpc.max_receive_message_length': receiveMaxBytes,
    'grpc.max_send_message_length': -1,
    // Counts every call for a service that is not served here.
    'grpc.enable_channelz': 0,
  });
  for (const entry of entries) {
    addGrpcMethods(server, entry, { logger, running, setContextValues: options.setContextValues });
  }
  // grpc-js can listen itself, but tells neither why it cannot nor which address it got.
  const injector = server.createConnectionInjector(options.credentials ?? ServerCredentials.createInsecure());
  const sockets = new Set<Socket>();
  const listener = await listen(options.listen, {
    onConnection: (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      injector.injectConnection(socket);
    },
    onError: (error) => logger.error({ error: describeError(error) }, 'a connection could not be taken'),
  });
  const address = listener.address() as AddressInfo;

  const warming = new AbortController();
  const requests = entries.flatMap(({ desc }) => desc.methods.map((method) => method.input));
  warmRules(requests, warming.signal).catch((error) =>
    logger.error({ error: describeError(error) }, 'cannot compile the rules for requests'),
  );

  const hurry = new AbortController();
  let stopped: Promise<void> | undefined;
  const stop = () => {
    warming.abort();
    stopped ??= stopServer({ server, listener, sockets, health, running, closeTimeoutMs }, hurry.signal);
    return stopped;
  };
  return {
    address: { host: address.address, port: address.port },
    drain: async () => {
      const timer = setTimeout(() => hurry.abort(), options.drainTimeoutMs);
      await stop().finally(() => clearTimeout(timer));
    },
    close: () => {
      hurry.abort();
      return stop();
    },
  };
}
