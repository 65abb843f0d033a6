// The default command: one sync into a file, or service mode when ConductorOne's credentials are given.
import type { Command } from '../baton/command-line/command.ts';
import { clientId } from '../baton/config/fields/service-mode.ts';
import { runServiceMode } from './service-mode.ts';
import { syncCommand } from './sync.ts';

export const runCommand: Command = {
  ...syncCommand,
  summary: 'Syncs once into a .c1z file or, with --client-id, does the tasks that ConductorOne hands out',
  run: (invocation) => (invocation.settings.get(clientId) ? runServiceMode(invocation) : syncCommand.run(invocation)),
};
