// Opens the socket that a server listens at.
import { createServer, type Server, type Socket } from 'node:net';
import { Code, ServiceError } from '../service-error.ts';
import { formatListenAddress, type ListenAddress } from './listen-address.ts';

/**
 * Listens, and hands every connection to `onConnection`.
 * @throws ServiceError FAILED_PRECONDITION with what to do when the address cannot be listened at.
 */
export function listen(address: ListenAddress, onConnection: (socket: Socket) => void): Promise<Server> {
  const { promise, resolve, reject } = Promise.withResolvers<Server>();
  const server = createServer({ noDelay: true }, onConnection);
  server.once('error', (cause: NodeJS.ErrnoException) => {
    const { text, reason } = explain(cause);
    const message = `cannot listen at ${formatListenAddress(address)}: ${text}`;
    reject(new ServiceError(Code.FailedPrecondition, message, { reason, cause }));
  });
  server.listen({ host: address.host, port: address.port }, () => resolve(server));
  return promise;
}

function explain({ code, message }: NodeJS.ErrnoException): { text: string; reason: string } {
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
