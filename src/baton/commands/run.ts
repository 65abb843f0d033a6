// The default command: one sync into a file, or one thing instead that a setting asks for, or service mode when
// ConductorOne's credentials are given.

import { UsageError } from '../author/usage-error.ts';
import type { Command } from '../command-line/command.ts';
import { onDemandFields } from '../config/fields/on-demand.ts';
import { clientId, clientSecret } from '../config/fields/service-mode.ts';
import { passwordFile } from './on-demand/password-file-field.ts';
import { syncCommand } from './sync.ts';

export const runCommand: Command = {
  ...syncCommand,
  summary: 'Syncs once into a .c1z file or, with --client-id, does the tasks that ConductorOne hands out',
  fields: [...(syncCommand.fields ?? []), passwordFile],
  async run(invocation) {
    const { settings } = invocation;
    // Loaded here and below: a sync needs nothing of it.
    const onDemand = [...onDemandFields, passwordFile].some((field) => settings.sourceOf(field) !== 'default')
      ? await import('./on-demand.ts')
      : undefined;
    const asked = onDemand?.chooseJob(settings);
    if (settings.get(clientId)) {
      if (asked) {
        throw new UsageError([
          `${asked.flags.join(', ')}: in service mode ConductorOne says what is to be done; leave out --${clientId.name} and --${clientSecret.name}, and their variables`,
        ]);
      }
      const { runServiceMode } = await import('./service-mode.ts');
      return runServiceMode(invocation);
    }
    return onDemand && asked ? onDemand.runOnDemand(invocation, asked) : syncCommand.run(invocation);
  },
};
