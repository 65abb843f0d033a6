// `health-check`: asks the health endpoint of a connector that runs, for probes that run a command.
import type { Command } from '../command-line/command.ts';
import { choiceField, intField } from '../config/create-field.ts';
import { healthCheckBindAddress, healthCheckPort } from '../config/fields/service-mode.ts';
import { healthEndpoints } from '../server/health/health-endpoints.ts';

const endpoint = choiceField({
  name: 'endpoint',
  description: 'What to ask: health (can it reach the application), ready (does it take work) or live (does it run)',
  oneOf: healthEndpoints,
  default: 'health',
  exportTarget: 'none',
});

const timeout = intField({
  name: 'timeout',
  description: 'How many seconds the answer may take',
  default: 5,
  gte: 1,
  exportTarget: 'none',
});

/** Says nothing when all is well, as the Go SDK's command of this name. */
export const healthCheckCommand: Command = {
  name: 'health-check',
  summary: 'Asks a running connector whether it is well',
  description:
    'Asks the health endpoint of a connector that runs with --health-check. It ends with 0 when all is well, and else with 1 and a message. The connector is asked at --health-check-bind-address and --health-check-port.',
  fields: [endpoint, timeout],
  needsConnectorSettings: false,
  async run({ settings, host }) {
    // Loaded here: the other commands need nothing of it.
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
