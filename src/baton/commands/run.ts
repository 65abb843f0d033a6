// The default command: one sync into a file, or one job instead that a setting asks for, or service mode when
// ConductorOne's credentials are given.
import { UsageError } from '../author/usage-error.ts';
import type { Command } from '../command-line/command.ts';
import { onDemandFields } from '../config/fields/on-demand.ts';
import { output, passwordFile } from '../config/fields/run.ts';
import { clientId, clientSecret } from '../config/fields/service-mode.ts';

export const runCommand: Command = {
  name: 'sync',
  summary: 'Sync once into a .c1z file or, with --client-id, run the tasks that ConductorOne hands out',
  fields: [output, passwordFile],
  needsConnectorSettings: true,
  async run(invocation) {
    const { settings } = invocation;
    // Each way is loaded when it is taken: none needs the code of another.
    const onDemand = [...onDemandFields, passwordFile].some((field) => settings.sourceOf(field) !== 'default')
      ? await import('./on-demand.ts')
      : undefined;
    const asked = onDemand?.chooseJob(settings);
    if (settings.get(clientId)) {
      if (asked) {
        throw new UsageError([
          `${asked.flags.join(', ')}: not available in service mode; unset --${clientId.name}, --${clientSecret.name} and their variables`,
        ]);
      }
      return (await import('./service-mode.ts')).runServiceMode(invocation);
    }
    if (onDemand && asked) return onDemand.runOnDemand(invocation, asked);
    return (await import('./run-sync.ts')).runSync(invocation);
  },
};
