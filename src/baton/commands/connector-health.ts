// The health endpoint of a program that runs a connector, as its settings say.
import { createContextValues } from '@connectrpc/connect';
import type { Logger } from 'pino';
import { ConnectorService } from '#gen/c1/connector/v2/connector_pb.js';
import { createInProcessClient } from '../client/in-process-client.ts';
import type { Settings } from '../config/field.ts';
import { healthCheck, healthCheckBindAddress, healthCheckPort } from '../config/fields/service-mode.ts';
import type { HealthEndpoint } from '../server/health/health-endpoint.ts';
import { formatListenAddress } from '../server/listen-address.ts';
import { loggerKey, validationKey } from '../services/call-context.ts';
import type { ServiceEntry } from '../services/service-entry.ts';

export interface ConnectorHealthOptions {
  readonly settings: Settings;
  /** The connector's services: `/health` calls Validate of its ConnectorService. */
  readonly services: readonly ServiceEntry[];
  readonly logger: Logger;
  /** Why the program accepts no work now; undefined while it does. */
  findUnreadiness(): string | undefined;
  /** What else `/ready` reports, by name. */
  describeReadiness?(): Readonly<Record<string, string>>;
}

/**
 * Starts the endpoint if `--health-check` is set.
 * @throws ServiceError FAILED_PRECONDITION when the address cannot be listened at.
 */
export async function startConnectorHealth(options: ConnectorHealthOptions): Promise<HealthEndpoint | undefined> {
  const { settings, services, logger } = options;
  if (!settings.get(healthCheck)) {
    return undefined;
  }
  // Loaded here: most programs run without it, and Node's HTTP is slow to load.
  const { startHealthEndpoint } = await import('../server/health/health-endpoint.ts');
  const server = await startHealthEndpoint({
    ...options,
    listen: { host: settings.get(healthCheckBindAddress), port: settings.get(healthCheckPort) },
    validate: validateConnector(services, logger),
  });
  logger.info({ address: formatListenAddress(server.address) }, 'health endpoint listening');
  return server;
}

/** Calls Validate of a connector's services as nothing but a check: no sync follows. */
export function validateConnector(services: readonly ServiceEntry[], logger: Logger) {
  const contextValues = createContextValues()
    .set(loggerKey, logger)
    .set(validationKey, { isForSync: false, hasGrants: false });
  return (signal: AbortSignal): Promise<unknown> =>
    createInProcessClient(ConnectorService, services, { contextValues, signal, isTrusted: true }).validate({});
}
