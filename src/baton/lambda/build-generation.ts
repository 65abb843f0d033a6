// Builds a generation of a hosted connector: its config as settings, the connector, its services.
import type { Logger } from 'pino';
import { UsageError } from '../author/usage-error.ts';
import type { Invocation } from '../command-line/command.ts';
import type { Settings } from '../config/field.ts';
import { defaultFields } from '../config/fields/default-fields.ts';
import { logLevel, readDebugExpiryMs } from '../config/fields/log.ts';
import { syncResourceTypes } from '../config/fields/sync.ts';
import { collectSecrets, resolveSettings } from '../config/resolve-settings.ts';
import type { ClientKey } from '../credentials/decrypt-password.ts';
import { allowedHostsVariable } from '../net/allowed-hosts.ts';
import { describeSyncs, type SessionStores, sessionStoresKey, validationKey } from '../services/call-context.ts';
import { createConnectorServices } from '../services/connector-services.ts';
import type { ConfigSource, HostedConfig } from './config/config-source.ts';
import type { Generation } from './config/generations.ts';
import { readConfigValues } from './config/read-config.ts';
import { listAllowedHosts } from './config/served-policy.ts';
import { type CallTarget, createCallTarget } from './invocations/dispatch.ts';

export interface BuildOptions {
  readonly invocation: Invocation;
  readonly logger: Logger;
  readonly source: ConfigSource;
  /** Decrypts passwords. */
  readonly clientKey: ClientKey;
  readonly sessions: SessionStores;
}

/** How many names of settings a line of the log has. */
const namesMax = 25;

/** A connector that answers calls. */
export type HostedConnector = Generation & CallTarget;

/**
 * Fetches a version of the config and builds the connector. Provisioning and tickets are always on, as in the Go runtime:
 * ConductorOne decides what it calls.
 * @throws ServiceError when there is no usable config; UsageError with all faults of its settings.
 */
export async function buildGeneration(version: string, options: BuildOptions): Promise<HostedConnector> {
  const { invocation, source, clientKey, sessions } = options;
  const { program, waits, userAgent, host } = invocation;
  const config = await source.fetch(version, host.signal);
  const settings = resolveHosted(config, options);
  const logger = options.logger.child({ config_version: config.version }, { level: settings.get(logLevel) });
  const debugExpiresAtMs = readDebugExpiryMs(settings);
  expireDebug(logger, debugExpiresAtMs);
  const env = { ...host.env, ...describeEgress(config, logger) };
  const connector = program.connector(settings, { logger, waits, userAgent, env, standsStillBetweenCalls: true });
  const entries = createConnectorServices(connector, { provisioning: true, ticketing: true, clientKey, waits });
  return {
    ...createCallTarget(entries, {
      logger,
      setContextValues: (values) => {
        expireDebug(logger, debugExpiresAtMs);
        values.set(sessionStoresKey, sessions).set(validationKey, describeSyncs(settings.get(syncResourceTypes)));
      },
    }),
    version: config.version,
    close: async () => connector.close?.(),
  };
}

/** Lowers the level `debug` to `info` once it has expired: at each call, as timers stand still with the process. */
function expireDebug(logger: Logger, atMs: number): void {
  if (logger.level === 'debug' && Date.now() > atMs) logger.level = 'info';
}

function resolveHosted(config: HostedConfig, { invocation, logger }: BuildOptions): Settings {
  const { program } = invocation;
  const fields = [...program.fields, ...defaultFields];
  const { values: hosted, unknown } = readConfigValues(config.values, fields);
  const sources = { ...invocation.sources, hosted };
  // Before anything of the config is logged.
  invocation.hideSecrets(collectSecrets(fields, sources));
  if (unknown.length > 0) {
    // A form with other names than the settings would have no effect, without a word.
    logger.info({ names: unknown.slice(0, namesMax) }, 'ignored values in the config: there are no such settings');
  }
  const { settings, faults, warnings } = resolveSettings(sources, {
    fields,
    constraints: program.constraints ?? [],
    requiredAmong: program.fields,
    unsupportedIn: 'no-source',
  });
  if (faults.length > 0) throw new UsageError(faults);
  for (const warning of warnings) logger.warn(warning);
  return settings;
}

/** What the policy of ConductorOne means for the connector, as variables. */
function describeEgress({ egress }: HostedConfig, logger: Logger): Record<string, string> {
  if (!egress) return {};
  const { isEnforced, httpsOnly, fault } = egress;
  const hosts = [...egress.hosts];
  logger[fault === undefined ? 'info' : 'error'](
    { enforced: isEnforced, https_only: httpsOnly, hosts, ...(fault !== undefined && { fault }) },
    fault === undefined
      ? 'ConductorOne sent a policy for hosts'
      : 'ConductorOne sent an unusable policy for hosts: none is allowed',
  );
  const allowed = listAllowedHosts(egress);
  return allowed === undefined ? {} : { [allowedHostsVariable]: allowed };
}
