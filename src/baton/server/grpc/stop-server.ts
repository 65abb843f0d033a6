// Ends a gRPC server: gently first, and by force after a while.
import { once } from 'node:events';
import type { Server as Listener, Socket } from 'node:net';
import type { Server } from '@grpc/grpc-js';
import { untilAborted } from '../../net/abort.ts';
import type { HealthState } from '../health/health.ts';
import type { RunningCalls } from '../running-calls.ts';
import { reflectionServices } from './reflection.ts';

export interface StoppableServer {
  readonly server: Server;
  readonly listener: Listener;
  readonly sockets: ReadonlySet<Socket>;
  readonly health: HealthState;
  readonly running: RunningCalls;
  /** How long connections may take to close once no call runs. */
  readonly closeTimeoutMs: number;
}

/**
 * Stops taking connections and calls, waits for the running calls until `hurry` aborts, then answers them UNAVAILABLE.
 * Resolves when all connections are closed.
 */
export async function stopServer(parts: StoppableServer, hurry: AbortSignal): Promise<void> {
  const { server, listener, sockets, health, running, closeTimeoutMs } = parts;
  // The end of the listener, which waits for its connections. grpc-js has a callback for this too, but with connections
  // that it did not accept itself it calls it before they are closed.
  const closed = once(listener, 'close');
  listener.close();
  health.stop();
  // Nobody waits for the end of these calls; a client may keep one open for as long as it likes.
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
