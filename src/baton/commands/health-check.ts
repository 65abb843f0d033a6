// `health-check`: queries the health endpoint of a running connector, for probes that run a command.
import type { Command } from '../command-line/command.ts';
import { choiceField, intField } from '../config/create-field.ts';
import { healthCheckBindAddress, healthCheckPort } from '../config/fields/service-mode.ts';
import type { HealthPath } from '../server/health/health-endpoint.ts';

/** Also the paths of the endpoint. */
export const healthPaths = ['health', 'ready', 'live'] as const satisfies readonly HealthPath[];

const endpoint = choiceField({
  name: 'endpoint',
  description: 'Endpoint to query: health (it reaches the application), ready (it accepts work) or live (it runs)',
  oneOf: healthPaths,
  default: 'health',
  exportTarget: 'none',
});

const timeout = intField({
  name: 'timeout',
  description: 'Timeout in seconds',
  default: 5,
  gte: 1,
  exportTarget: 'none',
});

/** Prints nothing on success, like the Go SDK's command. */
export const healthCheckCommand: Command = {
  name: 'health-check',
  summary: 'Check the health of a running connector',
  description:
    'Query the health endpoint of a connector that runs with --health-check, at --health-check-bind-address and --health-check-port. The exit code is 0 if it is healthy; otherwise it is 1, with a message.',
  fields: [endpoint, timeout],
  uses: [healthCheckPort],
  needsConnectorSettings: false,
  async run({ settings, host }) {
    // Loaded here: the other commands do not need it.
    const { askHealth } = await import('../server/health/ask-health.ts');
    await askHealth({
      address: { host: settings.get(healthCheckBindAddress), port: settings.get(healthCheckPort) },
      endpoint: settings.get(endpoint),
      timeoutMs: settings.get(timeout) * 1000,
      signal: host.signal,
    });
    return 0;
  },
};
