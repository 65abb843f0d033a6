// The health endpoint: HTTP for probes such as those of Kubernetes, with the responses of the Go SDK.
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { describeError } from '../../log/describe-error.ts';
import { guardLoopback } from '../http/guard-loopback.ts';
import { RequestGate } from '../http/request-gate.ts';
import { createGate } from '../limits/gate.ts';
import { defaultLimits, type ServerLimits } from '../limits/server-limits.ts';
import { listenAt } from '../listen.ts';
import type { TcpAddress } from '../listen-address.ts';
import { type ConnectorCheckOptions, createConnectorCheck } from './connector-check.ts';

/** What a probe can request. */
export type HealthPath = 'health' | 'ready' | 'live';

export interface HealthEndpointOptions extends ConnectorCheckOptions {
  readonly listen: TcpAddress;
  readonly logger: Logger;
  /** Why the program accepts no work now; undefined while it does. */
  findUnreadiness(): string | undefined;
  /** What else `/ready` reports, by name. */
  describeReadiness?(): Readonly<Record<string, string>>;
}

export interface HealthEndpoint {
  readonly address: TcpAddress;
  /** Stops listening and closes all connections. */
  close(): Promise<void>;
}

interface Health {
  readonly status: 'healthy' | 'unhealthy' | 'ready' | 'not_ready' | 'alive';
  readonly details?: Readonly<Record<string, string>>;
}

/** A probe's request has no body, so this is ample. The Go SDK sets the same limit. */
const headersTimeoutMs = 10_000;

/** Probes are few and small. They have limits of their own, so that they are answered while callers attack a server. */
const probeLimits: ServerLimits = {
  ...defaultLimits,
  connectionsMax: 64,
  bytesInFlightMax: 16 * 1024 * 1024,
  prefaceTimeoutMs: headersTimeoutMs,
  messageTimeoutMs: headersTimeoutMs,
  idleTimeoutMs: 60_000,
};

/**
 * Answers `/health` (the connector works: ConnectorService.Validate), `/ready` (the program accepts work) and `/live`
 * (the process runs) with 200 or 503 and a JSON object, for any HTTP method. Paths, statuses and bodies are those of
 * pkg/healthcheck of baton-sdk v0.25.0. On loopback, requests that name another host get 403.
 * @throws ServiceError FAILED_PRECONDITION when it cannot listen on the address.
 */
export async function startHealthEndpoint(options: HealthEndpointOptions): Promise<HealthEndpoint> {
  const { logger } = options;
  const check = createConnectorCheck(options);
  const reports = new Map<string, () => Health | Promise<Health>>(
    Object.entries({
      live: () => ({ status: 'alive' }),
      ready: () => describeReadiness(options),
      health: async () => {
        const fault = await check.find();
        if (!fault) {
          return { status: 'healthy' };
        }
        logger.warn({ error: describeError(fault.error) }, 'the connector is unhealthy');
        return {
          status: 'unhealthy',
          details: { error: 'connector validation failed', validation_error: fault.message },
        };
      },
    } satisfies Record<HealthPath, () => Health | Promise<Health>>),
  );
  const answer: RequestListener = async (request, response) => {
    const report = reports.get(pathOf(request).slice(1));
    if (report) {
      send(response, await report());
    } else {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('404 page not found\n');
    }
  };
  const gate = new RequestGate(createGate(logger.child({ server: 'health' }), probeLimits, {}));
  const http = createServer(gate.serverOptions, gate.limit(guardLoopback(answer, options.listen)));
  gate.attach(http);
  await listenAt(http, options.listen);
  http.on('error', (error) => logger.error({ error: describeError(error) }, 'cannot accept a probe'));
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

function describeReadiness(options: HealthEndpointOptions): Health {
  const error = options.findUnreadiness();
  const details = options.describeReadiness?.();
  return error === undefined
    ? { status: 'ready', ...(details && { details }) }
    : { status: 'not_ready', details: { error, ...details } };
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
