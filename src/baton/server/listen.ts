// Opens the socket that a server listens on.
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { ErrorReason } from '../author/error-reasons.ts';
import { Code, ServiceError } from '../author/service-error.ts';
import { formatListenAddress, type ListenAddress } from './listen-address.ts';
import { listenAtPath } from './unix-socket.ts';

/** A listening socket that the parent process passed on. */
export interface InheritedListener {
  /** Its file descriptor. */
  readonly fd: number;
  /** The port that it must listen on. */
  readonly port: number;
}

export interface ListenEvents {
  readonly onConnection: (socket: Socket) => void;
  /** A connection could not be accepted, for example because the process has too many open files. */
  readonly onError: (error: Error) => void;
}

/**
 * Creates a server that listens until it is closed.
 * @throws ServiceError FAILED_PRECONDITION that says what to do when it cannot listen on the address, or the inherited
 * socket is unusable.
 */
export async function listen(
  place: ListenAddress | InheritedListener,
  { onConnection, onError }: ListenEvents,
): Promise<Server> {
  const server = createServer({ noDelay: true }, onConnection);
  await ('fd' in place ? inherit(server, place) : listenAt(server, place));
  server.on('error', onError);
  return server;
}

/**
 * Makes a server listen.
 * @throws ServiceError FAILED_PRECONDITION that says what to do when it cannot listen on the address.
 */
export async function listenAt(server: Server, address: ListenAddress): Promise<void> {
  try {
    if ('path' in address) {
      await listenAtPath(server, address.path);
    } else {
      server.listen({ host: address.host, port: address.port });
      await once(server, 'listening');
    }
  } catch (cause) {
    const { text, reason } = explain(cause as NodeJS.ErrnoException, 'path' in address);
    const message = `cannot listen on ${formatListenAddress(address)}: ${text}`;
    throw new ServiceError(Code.FailedPrecondition, message, { reason, cause });
  }
}

async function inherit(server: Server, { fd, port }: InheritedListener): Promise<void> {
  const refuse = (what: string, cause?: unknown) =>
    new ServiceError(Code.FailedPrecondition, `the inherited listener (file descriptor ${fd}) ${what}`, {
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
    throw refuse(`listens on port ${found ?? 'none'} instead of ${port}`);
  }
}

/** Where a server listens, with the actual port in place of port 0. */
export function addressOf(server: Server): ListenAddress {
  const address = server.address();
  if (address === null) throw new Error('the server does not listen');
  return typeof address === 'string' ? { path: address } : { host: address.address, port: address.port };
}

function explain({ code, message }: NodeJS.ErrnoException, isPath: boolean): { text: string; reason: ErrorReason } {
  if (isPath) {
    return code === 'EACCES'
      ? { text: 'permission denied, or its folder does not exist', reason: 'address_forbidden' }
      : { text: message, reason: code === 'EADDRINUSE' ? 'address_in_use' : 'address_unusable' };
  }
  switch (code) {
    case 'EADDRINUSE':
      return {
        text: 'the port is in use; stop the program that uses it, or choose another port',
        reason: 'address_in_use',
      };
    case 'EACCES':
      return { text: 'permission denied; choose a port from 1024 up', reason: 'address_forbidden' };
    case 'EADDRNOTAVAIL':
      return { text: 'the machine does not have this address', reason: 'address_not_available' };
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return { text: 'the host name has no address', reason: 'address_not_found' };
    default:
      return { text: message, reason: 'address_unusable' };
  }
}
