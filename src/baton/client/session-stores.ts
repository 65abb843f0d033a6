// Stores session values of syncs with whoever runs the connector (BatonSessionService): a parent process, ConductorOne.
import { type Client, ConnectError, createClient } from '@connectrpc/connect';
import type { createGrpcTransport } from '@connectrpc/connect-node';
import type { Logger } from 'pino';
import { BatonSessionService } from '#gen/c1/connectorapi/baton/v1/session_pb.js';
import type { SessionStore } from '../author/context.ts';
import { ServiceError } from '../author/service-error.ts';
import type { SessionStores } from '../services/call-context.ts';

const timeoutMs = 10_000;

export interface SessionStoreOwner {
  /** For messages: `the parent`. */
  readonly name: string;
  readonly transport: ReturnType<typeof createGrpcTransport>;
  /** Whether an error says that there is no store (yet): then nothing is stored, and nothing found. */
  readonly isMissing: (error: ConnectError) => boolean;
}

/** Nothing is cached: connectors read such values once per process. */
export function createSessionStores({ name, transport, isMissing }: SessionStoreOwner, logger: Logger): SessionStores {
  const client = createClient(BatonSessionService, transport);
  const call = async <Response>(what: string, request: () => Promise<Response>): Promise<Response | undefined> => {
    try {
      return await request();
    } catch (cause) {
      const error = ConnectError.from(cause);
      if (isMissing(error)) {
        logger.debug({ call: what }, `${name} has no session store yet`);
        return undefined;
      }
      const text = `the session store of ${name} failed to ${what}: ${error.rawMessage}`;
      throw new ServiceError(error.code, text, { reason: 'session_store', cause });
    }
  };
  return {
    of: (syncId) => createSessionStore(client, syncId, call),
    clear: async (syncId, signal) => {
      await call('clear a sync', () => client.clear({ syncId }, { signal, timeoutMs }));
    },
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
