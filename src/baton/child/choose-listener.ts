// Where a child listens: at the socket that its parent opened for it.
import type { InheritedListener } from '../server/listen.ts';
import type { ListenAddress } from '../server/listen-address.ts';
import { invalidConfig } from './server-config.ts';

const variable = 'BATON_CONNECTOR_SERVICE_LISTENER_FD';

/**
 * The socket whose file descriptor the environment tells. On Windows, where sockets are not handed over so, the parent
 * closes its own, and the child opens one at the same port.
 */
export function chooseListener(env: NodeJS.ProcessEnv, port: number): InheritedListener | ListenAddress {
  const text = env[variable];
  if (!text) {
    return { host: '127.0.0.1', port };
  }
  if (!/^\d{1,6}$/.test(text)) {
    throw invalidConfig(`${variable} must be the number of a file descriptor, got ${JSON.stringify(text)}`);
  }
  return { fd: Number(text), port };
}
