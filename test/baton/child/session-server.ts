// A parent's session store for tests: values in memory, behind mutual TLS.
import type { TestContext } from 'node:test';
import { ConnectError } from '@connectrpc/connect';
import pino from 'pino';
import { BatonSessionService } from '#gen/c1/connectorapi/baton/v1/session_pb.js';
import { startGrpcServer } from '../../../src/baton/server/grpc/grpc-server.ts';
import { MutualTlsCredentials } from '../../../src/baton/server/tls/mutual-tls.ts';
import { serviceEntry } from '../../../src/baton/services/service-entry.ts';
import { tcpAddressOf } from '../server/test-server.ts';
import { mutualServer } from '../server/tls-fixture.ts';

export interface SessionServer {
  readonly port: number;
  /** By sync id and key, with a slash between them. */
  readonly values: Map<string, Uint8Array>;
  /** The methods that were called, in order. */
  readonly calls: string[];
  /** What every call fails with, while there is something. */
  failure: Error | undefined;
}

/** What a Go parent answers before a sync has opened its file: a plain error. */
export const notOpen = new ConnectError('session store is not set');

export async function startSessionServer(t: TestContext): Promise<SessionServer> {
  const values = new Map<string, Uint8Array>();
  const calls: string[] = [];
  const note = (method: string) => {
    calls.push(method);
    if (session.failure) {
      throw session.failure;
    }
  };
  const service = serviceEntry(BatonSessionService, {
    get: ({ syncId, key }) => {
      note('get');
      const value = values.get(`${syncId}/${key}`);
      return { found: value !== undefined, ...(value && { value }) };
    },
    set: ({ syncId, key, value }) => {
      note('set');
      values.set(`${syncId}/${key}`, value);
      return {};
    },
    clear: ({ syncId }) => {
      note('clear');
      for (const key of [...values.keys()]) {
        if (key.startsWith(`${syncId}/`)) {
          values.delete(key);
        }
      }
      return {};
    },
  });
  const server = await startGrpcServer({
    services: [service],
    listen: { host: '127.0.0.1', port: 0 },
    credentials: new MutualTlsCredentials(mutualServer),
    logger: pino({ level: 'silent' }),
    drainTimeoutMs: 1000,
  });
  t.after(() => server.close());
  const session = { port: tcpAddressOf(server).port, values, calls, failure: undefined as Error | undefined };
  return session;
}
