// The gRPC server: services on a socket, with reflection and health. It stops gently first, and by force after a while.
import { once } from 'node:events';
import type { Server as Listener, Socket } from 'node:net';
import type { ContextValues } from '@connectrpc/connect';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { Health } from '#gen/grpc/health/v1/health_pb.js';
import { describeError } from '../../log/describe-error.ts';
import { untilAborted } from '../../net/abort.ts';
import type { ServiceEntry } from '../../services/service-entry.ts';
import type { CallerGuard } from '../callers/caller-guard.ts';
import { guardGrpc } from '../callers/guard-grpc.ts';
import { createGate, type Gate } from '../limits/gate.ts';
import { requestBytesMax } from '../limits/server-limits.ts';
import { addressOf, type InheritedListener, listen } from '../listen.ts';
import type { ListenAddress } from '../listen-address.ts';
import { RunningCalls } from '../running-calls.ts';
import { warmRules } from '../validate-request.ts';
import { GrpcGate } from './grpc-gate.ts';
import { addGrpcMethods } from './grpc-methods.ts';
import { createHealthService, HealthState } from './health-service.ts';
import { http2ServerOf } from './http2-server-of.ts';
import { createReflectionServices, reflectionServices } from './reflection.ts';

export interface GrpcServerOptions {
  /** The services to serve, in addition to reflection (v1 and v1alpha) and health. */
  readonly services: readonly ServiceEntry[];
  readonly listen: ListenAddress | InheritedListener;
  readonly logger: Logger;
  /** Default: plaintext. */
  readonly credentials?: ServerCredentials;
  /** Default: whoever reaches the server. */
  readonly callers?: CallerGuard | undefined;
  /** How long {@link GrpcServer.drain} waits for running calls before it stops them. */
  readonly drainTimeoutMs: number;
  /** How long connections may take to close once no call runs. Default: 1 second. */
  readonly closeTimeoutMs?: number;
  /** What callers may make it hold, shared with the other servers of the process. Default: one with the default limits. */
  readonly gate?: Gate;
  /** Sets further context values of each call. */
  readonly setContextValues?: (values: ContextValues) => void;
}

export interface GrpcServer {
  /** Where it listens, with the actual port in place of port 0. */
  readonly address: ListenAddress;
  /**
   * Accepts no more connections and calls, reports NOT_SERVING to watchers of its health, and lets running calls finish.
   * Calls that have not finished after the drain timeout get UNAVAILABLE, and their signals abort.
   */
  drain(): Promise<void>;
  /** The same without waiting for running calls. It also shortens a running {@link drain}. */
  close(): Promise<void>;
}

/**
 * Starts a server.
 * @throws ServiceError FAILED_PRECONDITION when it cannot listen on the address.
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

  const gate = new GrpcGate(options.gate ?? createGate(logger));
  const server = new Server({
    ...gate.channelOptions(),
    interceptors: [gate.interceptor, ...(options.callers ? [guardGrpc(options.callers)] : [])],
    'grpc.max_receive_message_length': requestBytesMax,
    // Services limit responses to what clients accept.
    'grpc.max_send_message_length': -1,
    // It would count every call of an unknown service.
    'grpc.enable_channelz': 0,
  });
  for (const entry of entries) {
    addGrpcMethods(server, entry, { logger, running, setContextValues: options.setContextValues });
  }
  // grpc-js can listen itself, but reports neither why it failed nor the actual address.
  const injector = server.createConnectionInjector(options.credentials ?? ServerCredentials.createInsecure());
  gate.attach(http2ServerOf(server));
  const sockets = new Set<Socket>();
  const listener = await listen(options.listen, {
    onConnection: (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      gate.admit(socket, (admitted) => injector.injectConnection(admitted));
    },
    onError: (error) => logger.error({ error: describeError(error) }, 'cannot accept a connection'),
  });
  const address = addressOf(listener);

  const warming = new AbortController();
  const requests = entries.flatMap(({ desc }) => desc.methods.map((method) => method.input));
  warmRules(requests, warming.signal).catch((error) =>
    logger.error({ error: describeError(error) }, 'cannot compile the validation rules'),
  );

  const hurry = new AbortController();
  let stopped: Promise<void> | undefined;
  const stop = () => {
    warming.abort();
    stopped ??= stopServer({ server, listener, sockets, health, running, closeTimeoutMs }, hurry.signal);
    return stopped;
  };
  return {
    address,
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

interface StoppableServer {
  readonly server: Server;
  readonly listener: Listener;
  readonly sockets: ReadonlySet<Socket>;
  readonly health: HealthState;
  readonly running: RunningCalls;
  /** How long connections may take to close once no call runs. */
  readonly closeTimeoutMs: number;
}

/**
 * Stops accepting connections and calls, waits for running calls until `hurry` aborts, then ends them with UNAVAILABLE.
 * Resolves when all connections are closed.
 */
async function stopServer(parts: StoppableServer, hurry: AbortSignal): Promise<void> {
  const { server, listener, sockets, health, running, closeTimeoutMs } = parts;
  // The listener closes after its connections. The callback of grpc-js comes too early for connections that were injected.
  const closed = once(listener, 'close');
  listener.close();
  health.stop();
  // A client may keep a call of reflection open forever, and needs no result of it.
  running.stop(new Set(reflectionServices.map(({ typeName }) => typeName)));
  server.tryShutdown(() => {});

  await untilAborted(running.none(), hurry).catch(() => running.stop());
  await untilAborted(closed, AbortSignal.timeout(closeTimeoutMs)).catch(() => {});
  server.forceShutdown();
  for (const socket of sockets) {
    socket.destroy();
  }
  await closed;
}
