// The health endpoint: HTTP for the probes of Kubernetes and its like, as the Go SDK answers them.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { describeError } from '../../log/describe-error.ts';
import { listenAt } from '../listen.ts';
import type { ListenAddress } from '../listen-address.ts';
import { type ConnectorCheckOptions, createConnectorCheck } from './connector-check.ts';
import { type HealthEndpoint, healthEndpoints } from './health-endpoints.ts';

export interface HealthHttpServerOptions extends ConnectorCheckOptions {
  readonly listen: ListenAddress;
  readonly logger: Logger;
  /** Why the program takes no work now; nothing while it does. */
  findUnreadiness(): string | undefined;
  /** What `/ready` tells beside that, by name. */
  describeReadiness?(): Readonly<Record<string, string>>;
}

export interface HealthHttpServer {
  readonly address: ListenAddress;
  /** Takes no more connections, and cuts those that there are. */
  close(): Promise<void>;
}

interface Health {
  readonly status: 'healthy' | 'unhealthy' | 'ready' | 'not_ready' | 'alive';
  readonly details?: Readonly<Record<string, string>>;
}

/** A probe's request has no body, so this is ample (and the limit that the Go SDK sets). */
const headersTimeoutMs = 10_000;

/**
 * Answers `/health` (the connector can work: ConnectorService.Validate), `/ready` (the program takes work) and `/live`
 * (the process runs) with 200 or 503 and a JSON object, whatever the method. Paths, codes and bodies are those of
 * pkg/healthcheck of baton-sdk v0.25.0.
 * @throws ServiceError FAILED_PRECONDITION when the address cannot be listened at.
 */
export async function startHealthHttpServer(options: HealthHttpServerOptions): Promise<HealthHttpServer> {
  const { logger } = options;
  const check = createConnectorCheck(options);
  const answers: Readonly<Record<HealthEndpoint, () => Health | Promise<Health>>> = {
    live: () => ({ status: 'alive' }),
    ready: () => {
      const error = options.findUnreadiness();
      const details = options.describeReadiness?.();
      return error === undefined
        ? { status: 'ready', ...(details && { details }) }
        : { status: 'not_ready', details: { error, ...details } };
    },
    health: async () => {
      const fault = await check.find();
      if (!fault) {
        return { status: 'healthy' };
      }
      logger.warn({ error: describeError(fault.error) }, 'the connector cannot work');
      return {
        status: 'unhealthy',
        details: { error: 'connector validation failed', validation_error: fault.message },
      };
    },
  };
  const http = createServer({ headersTimeout: headersTimeoutMs }, async (request, response) => {
    const endpoint = healthEndpoints.find((name) => pathOf(request) === `/${name}`);
    if (endpoint) {
      send(response, await answers[endpoint]());
    } else {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('404 page not found\n');
    }
  });
  await listenAt(http, options.listen);
  http.on('error', (error) => logger.error({ error: describeError(error) }, 'a probe could not be taken'));
  const { address: host, port } = http.address() as AddressInfo;
  return {
    address: { host, port },
    close: async () => {
      check.stop();
      const closed = new Promise((resolve) => http.close(resolve));
      http.closeAllConnections();
      await closed;
    },
  };
}

function pathOf({ url = '' }: IncomingMessage): string {
  return url.replace(/[?#].*$/s, '');
}

function send(response: ServerResponse, { status, details }: Health): void {
  const timestamp = new Date().toISOString().replace(/\.\d+/, '');
  response
    .writeHead(status === 'unhealthy' || status === 'not_ready' ? 503 : 200, { 'content-type': 'application/json' })
    .end(`${JSON.stringify({ status, timestamp, details })}\n`);
}
