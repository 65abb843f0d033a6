// The default command: one sync into a file, or one thing instead that a setting asks for, or service mode when
// ConductorOne's credentials are given.
import type { Command } from '../baton/command-line/command.ts';
import { UsageError } from '../baton/command-line/usage-error.ts';
import { clientId, clientSecret } from '../baton/config/fields/service-mode.ts';
import { passwordFile } from './on-demand/password-to-file.ts';
import { chooseJob, runOnDemand } from './on-demand.ts';
import { runServiceMode } from './service-mode.ts';
import { syncCommand } from './sync.ts';

export const runCommand: Command = {
  ...syncCommand,
  summary: 'Syncs once into a .c1z file or, with --client-id, does the tasks that ConductorOne hands out',
  fields: [...(syncCommand.fields ?? []), passwordFile],
  run(invocation) {
    const { settings } = invocation;
    const asked = chooseJob(settings);
    if (settings.get(clientId)) {
      if (asked) {
        throw new UsageError([
          `${asked.flags.join(', ')}: in service mode ConductorOne says what is to be done; leave out --${clientId.name} and --${clientSecret.name}, and their variables`,
        ]);
      }
      return runServiceMode(invocation);
    }
    return asked ? runOnDemand(invocation, asked) : syncCommand.run(invocation);
  },
};
