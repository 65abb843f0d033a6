// The health endpoint of a program that runs a connector, as its settings have it.
import { createContextValues } from '@connectrpc/connect';
import type { Logger } from 'pino';
import { ConnectorService } from '#gen/c1/connector/v2/connector_pb.js';
import { createInProcessClient } from '../../client/in-process-client.ts';
import type { Settings } from '../../config/field.ts';
import { healthCheck, healthCheckBindAddress, healthCheckPort } from '../../config/fields/service-mode.ts';
import { loggerKey, validationKey } from '../../services/call-context.ts';
import type { ServiceEntry } from '../../services/service-entry.ts';
import { formatListenAddress } from '../listen-address.ts';
import type { HealthHttpServer } from './health-http-server.ts';

export interface ConnectorHealthOptions {
  readonly settings: Settings;
  /** The connector's services: `/health` asks its ConnectorService. */
  readonly services: readonly ServiceEntry[];
  readonly logger: Logger;
  /** Why the program takes no work now; nothing while it does. */
  findUnreadiness(): string | undefined;
  /** What `/ready` tells beside that, by name. */
  describeReadiness?(): Readonly<Record<string, string>>;
}

/**
 * Starts the endpoint if `--health-check` is set.
 * @throws ServiceError FAILED_PRECONDITION when the address cannot be listened at.
 */
export async function startConnectorHealth(options: ConnectorHealthOptions): Promise<HealthHttpServer | undefined> {
  const { settings, services, logger } = options;
  if (!settings.get(healthCheck)) {
    return undefined;
  }
  // Loaded here: most programs run without it, and Node's HTTP is slow to load.
  const { startHealthHttpServer } = await import('./health-http-server.ts');
  const contextValues = createContextValues()
    .set(loggerKey, logger)
    .set(validationKey, { isForSync: false, hasGrants: false });
  const server = await startHealthHttpServer({
    ...options,
    listen: { host: settings.get(healthCheckBindAddress), port: settings.get(healthCheckPort) },
    validate: (signal) => createInProcessClient(ConnectorService, services, { contextValues, signal }).validate({}),
  });
  logger.info({ address: formatListenAddress(server.address) }, 'health endpoint listens');
  return server;
}
