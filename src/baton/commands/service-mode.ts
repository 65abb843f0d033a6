// Service mode: the default command with a client id. ConductorOne hands out the tasks.
import { availableParallelism } from 'node:os';
import type { Invocation } from '../command-line/command.ts';
import { ConnectorWatch } from '../conductorone/connector-watch.ts';
import { readClientKey } from '../conductorone/credentials/read-client-key.ts';
import { runService } from '../conductorone/run-service.ts';
import { defaultServiceTiming, type ServiceTiming } from '../conductorone/tasks/service-timing.ts';
import { defaultFields } from '../config/fields/default-fields.ts';
import { maxRemoved, parseShare, syncRetryTimeout } from '../config/fields/run.ts';
import { clientId, clientSecret, provisioning, taskConcurrency, ticketing } from '../config/fields/service-mode.ts';
import {
  countWorkers,
  keepPreviousSyncC1z,
  readExternalResources,
  skipEntitlementsAndGrants,
  skipFullSync,
  syncResources,
  syncResourceTypes,
} from '../config/fields/sync.ts';
import { readMaxDatabaseBytes } from '../config/size-limit.ts';
import { readTemporaryFolder } from '../config/temporary-folder.ts';
import type { HealthEndpoint } from '../server/health/health-endpoint.ts';
import { createConnectorServices } from '../services/connector-services.ts';
import { readExpansionLimits } from '../sync/expansion-limits.ts';
import { readTargets } from '../sync/sync-targets.ts';
import { readBulkLoad } from '../sync/sync-to-file.ts';
import { startConnectorHealth, validateConnector } from './connector-health.ts';

/** Longer silence means that something is wrong: ConductorOne is polled at least every five minutes. */
const silenceMaxMs = 15 * 60_000;

/** Runs until the program is stopped. Returns the exit code. */
export async function runServiceMode(
  invocation: Invocation,
  timing: ServiceTiming = defaultServiceTiming,
): Promise<number> {
  const { program, settings, logger, waits, live, userAgent, host } = invocation;
  if (settings.get(keepPreviousSyncC1z)) {
    logger.warn(
      `${settings.placeOf(keepPreviousSyncC1z)} has no effect: this connector does not reuse its previous sync`,
    );
  }
  if (settings.get(skipEntitlementsAndGrants)) {
    logger.warn(
      `${settings.placeOf(skipEntitlementsAndGrants)} has no effect in service mode: each task decides for itself`,
    );
  }
  const clientKey = await readClientKey(settings);
  const connector = program.connector(settings, { logger, waits, userAgent, env: host.env });
  const services = createConnectorServices(connector, {
    provisioning: settings.get(provisioning),
    ticketing: settings.get(ticketing),
    clientKey,
    waits,
  });
  const contact = new Contact(host.signal);
  const ending = new AbortController();
  const watch = new ConnectorWatch({
    validate: validateConnector(services, logger),
    timing,
    logger,
    signal: AbortSignal.any([host.signal, ending.signal]),
  });
  let watching: Promise<void> | undefined;
  let health: HealthEndpoint | undefined;
  try {
    health = await startConnectorHealth({
      settings,
      services,
      logger,
      findUnreadiness: () => contact.findUnreadiness() ?? watch.findUnreadiness(),
      describeReadiness: () => contact.describe(),
    });
    watching = watch.run();
    await runService({
      clientId: settings.get(clientId) ?? '',
      clientSecret: settings.get(clientSecret) ?? '',
      program,
      services,
      syncSettings: {
        temporaryFolder: readTemporaryFolder(settings, host.env),
        bulkLoad: readBulkLoad(host.env),
        maxDatabaseBytes: readMaxDatabaseBytes(host.env, logger),
        maxRemovedShare: parseShare(settings.get(maxRemoved) ?? ''),
        expansion: readExpansionLimits(host.env),
        skipFullSync: settings.get(skipFullSync),
        resourceTypeIds: settings.get(syncResourceTypes),
        targets: readTargets(settings.get(syncResources)),
        externalResources: readExternalResources(settings, host.cwd),
        workers: countWorkers(settings, availableParallelism()),
        callRetry: { timeoutMs: settings.get(syncRetryTimeout) },
        secrets: [...program.fields, ...defaultFields]
          .filter((field) => field.secret)
          .map((field) => String(settings.get(field) ?? '')),
      },
      concurrency: settings.get(taskConcurrency),
      timing,
      env: host.env,
      logger,
      waits,
      signal: host.signal,
      onContact: () => contact.made(),
      onIntroduced: () => {
        contact.introduced();
        live?.show((nowMs) => `service mode: last contact with ConductorOne ${contact.silenceSeconds(nowMs)} s ago`);
      },
      onTaskEnded: (outcome) => watch.taskEnded(outcome),
    });
    logger.info('stopped');
    return 0;
  } finally {
    ending.abort();
    await watching;
    await health?.close();
    await connector.close?.();
  }
}

/** The last contact with ConductorOne, for readiness. */
class Contact {
  readonly #stopping: AbortSignal;
  #isIntroduced = false;
  #lastAt: Date | undefined;

  constructor(stopping: AbortSignal) {
    this.#stopping = stopping;
  }

  made(): void {
    this.#lastAt = new Date();
  }

  introduced(): void {
    this.#isIntroduced = true;
  }

  /** @param nowMs - Milliseconds since 1970. */
  silenceSeconds(nowMs: number): number {
    return Math.max(0, Math.round((nowMs - (this.#lastAt?.getTime() ?? nowMs)) / 1000));
  }

  findUnreadiness(): string | undefined {
    if (this.#stopping.aborted) return 'the program is stopping';
    if (!this.#isIntroduced) return 'the connector has not been introduced to ConductorOne yet';
    const silenceMs = Date.now() - (this.#lastAt?.getTime() ?? 0);
    return silenceMs > silenceMaxMs ? 'no contact with ConductorOne for over 15 minutes' : undefined;
  }

  describe(): Record<string, string> {
    return this.#lastAt ? { last_contact: this.#lastAt.toISOString() } : {};
  }
}
