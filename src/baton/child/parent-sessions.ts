// The session stores of the parent, which writes the values to the file of the sync.
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import type { Logger } from 'pino';
import { createSessionStores } from '../client/session-stores.ts';
import type { TlsMaterial } from '../server/tls/mutual-tls.ts';
import type { SessionStores } from '../services/call-context.ts';

/** The message of a Go parent when no sync has opened its file yet. The error has no code of its own. */
const notOpenText = 'session store is not set';

/**
 * Connects with the first call.
 * @param port - On loopback.
 */
export function connectToParentSessions(
  port: number,
  { cert, key, clientCa }: TlsMaterial,
  logger: Logger,
): SessionStores & { close(): void } {
  const baseUrl = `https://127.0.0.1:${port}`;
  const sessionManager = new Http2SessionManager(baseUrl, {}, { cert, key, ca: clientCa, minVersion: 'TLSv1.3' });
  const stores = createSessionStores(
    {
      name: 'the parent',
      transport: createGrpcTransport({ baseUrl, sessionManager }),
      isMissing: ({ rawMessage }) => rawMessage.includes(notOpenText),
    },
    logger,
  );
  return { ...stores, close: () => sessionManager.abort() };
}
