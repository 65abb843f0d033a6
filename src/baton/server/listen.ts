// Opens the socket that a server listens at.
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { ErrorReason } from '../author/error-reasons.ts';
import { Code, ServiceError } from '../author/service-error.ts';
import { formatListenAddress, type ListenAddress } from './listen-address.ts';

/** A socket that listens already, which the process was started with. */
export interface InheritedListener {
  /** Its file descriptor. */
  readonly fd: number;
  /** The port that it must listen at. */
  readonly port: number;
}

export interface ListenEvents {
  readonly onConnection: (socket: Socket) => void;
  /** Something went wrong with a connection that was about to come, for want of file descriptors perhaps. */
  readonly onError: (error: Error) => void;
}

/**
 * Listens until it is closed.
 * @throws ServiceError FAILED_PRECONDITION with what to do when the address cannot be listened at, or when the inherited
 * socket is not what it must be.
 */
export async function listen(
  place: ListenAddress | InheritedListener,
  { onConnection, onError }: ListenEvents,
): Promise<Server> {
  const server = createServer({ noDelay: true }, onConnection);
  await ('fd' in place ? takeOver(server, place) : listenAt(server, place));
  server.on('error', onError);
  return server;
}

/**
 * Lets a server listen.
 * @throws ServiceError FAILED_PRECONDITION with what to do when the address cannot be listened at.
 */
export async function listenAt(server: Server, address: ListenAddress): Promise<void> {
  server.listen({ host: address.host, port: address.port });
  try {
    await once(server, 'listening');
  } catch (cause) {
    const { text, reason } = explain(cause as NodeJS.ErrnoException);
    const message = `cannot listen at ${formatListenAddress(address)}: ${text}`;
    throw new ServiceError(Code.FailedPrecondition, message, { reason, cause });
  }
}

async function takeOver(server: Server, { fd, port }: InheritedListener): Promise<void> {
  const refuse = (what: string, cause?: unknown) =>
    new ServiceError(Code.FailedPrecondition, `the listener that was handed over (file descriptor ${fd}) ${what}`, {
      reason: 'inherited_listener',
      cause,
    });
  try {
    server.listen({ fd });
    await once(server, 'listening');
  } catch (cause) {
    throw refuse(`cannot be used: ${(cause as Error).message}`, cause);
  }
  const address = server.address();
  const found = typeof address === 'object' ? address?.port : undefined;
  if (found !== port) {
    server.close();
    throw refuse(`listens at port ${found ?? 'none'}, and must at port ${port}`);
  }
}

function explain({ code, message }: NodeJS.ErrnoException): { text: string; reason: ErrorReason } {
  switch (code) {
    case 'EADDRINUSE':
      return { text: 'another program has this port; stop it or choose another port', reason: 'address_in_use' };
    case 'EACCES':
      return { text: 'this user may not listen at this port; choose one from 1024 up', reason: 'address_forbidden' };
    case 'EADDRNOTAVAIL':
      return { text: 'this machine does not have this address', reason: 'address_not_available' };
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return { text: 'the host name has no address', reason: 'address_not_found' };
    default:
      return { text: message, reason: 'address_unusable' };
  }
}
