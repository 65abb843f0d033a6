// Stores session values with the parent, which writes them to the file of the sync (BatonSessionService).
import { type Client, ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import type { Logger } from 'pino';
import { BatonSessionService } from '#gen/c1/connectorapi/baton/v1/session_pb.js';
import type { SessionStore } from '../author/context.ts';
import { ServiceError } from '../author/service-error.ts';
import type { TlsMaterial } from '../server/tls/mutual-tls.ts';
import type { SessionStores } from '../services/call-context.ts';

/** Ample: the parent runs on this machine, and its store is a file. */
const timeoutMs = 10_000;

/** The message of a Go parent when no sync has opened its file yet. The error has no code of its own. */
const notOpenText = 'session store is not set';

interface SessionClient extends SessionStores {
  close(): void;
}

/**
 * Connects with the first call. Nothing is cached: connectors read such values once per process.
 * @param port - On loopback.
 */
export function createSessionClient(port: number, { cert, key, clientCa }: TlsMaterial, logger: Logger): SessionClient {
  const baseUrl = `https://127.0.0.1:${port}`;
  const sessionManager = new Http2SessionManager(baseUrl, {}, { cert, key, ca: clientCa, minVersion: 'TLSv1.3' });
  const client = createClient(BatonSessionService, createGrpcTransport({ baseUrl, sessionManager }));
  const call = async <Response>(what: string, request: () => Promise<Response>): Promise<Response | undefined> => {
    try {
      return await request();
    } catch (cause) {
      const error = ConnectError.from(cause);
      if (error.rawMessage.includes(notOpenText)) {
        logger.debug({ call: what }, 'the parent has no session store yet');
        return undefined;
      }
      const text = `the session store of the parent failed to ${what}: ${error.rawMessage}`;
      throw new ServiceError(error.code, text, { reason: 'session_store', cause });
    }
  };
  return {
    of: (syncId) => createSessionStore(client, syncId, call),
    clear: async (syncId, signal) => {
      await call('clear a sync', () => client.clear({ syncId }, { signal, timeoutMs }));
    },
    close: () => sessionManager.abort(),
  };
}

function createSessionStore(
  client: Client<typeof BatonSessionService>,
  syncId: string,
  call: <Response>(what: string, request: () => Promise<Response>) => Promise<Response | undefined>,
): SessionStore {
  return {
    get: async (key, signal) => {
      const response = await call('read a value', () => client.get({ syncId, key }, { signal, timeoutMs }));
      return response?.found ? response.value : undefined;
    },
    set: async (key, value, signal) => {
      await call('write a value', () => client.set({ syncId, key, value }, { signal, timeoutMs }));
    },
  };
}
