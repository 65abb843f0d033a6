// The default command: one sync into a file, or the job that a setting requests, or service mode with
// ConductorOne's credentials.
import { UsageError } from '../author/usage-error.ts';
import type { Command } from '../command-line/command.ts';
import { onDemandFields } from '../config/fields/on-demand.ts';
import {
  changes,
  changesResults,
  compare,
  dryRun,
  maxRemoved,
  noResume,
  noWait,
  output,
  passwordFile,
  syncRetryTimeout,
  syncTimeLimit,
} from '../config/fields/run.ts';
import { clientId, clientSecret } from '../config/fields/service-mode.ts';

export const runCommand: Command = {
  name: 'sync',
  summary: 'Sync once into a .c1z file or, with --client-id, run the tasks that ConductorOne hands out',
  fields: [
    output,
    passwordFile,
    dryRun,
    changes,
    changesResults,
    syncRetryTimeout,
    noResume,
    noWait,
    syncTimeLimit,
    compare,
    maxRemoved,
  ],
  constraints: [{ kind: 'dependent-on', fields: [changesResults], requires: [changes] }],
  needsConnectorSettings: true,
  sendsTelemetry: true,
  async run(invocation) {
    const { settings } = invocation;
    // Each is loaded when it is needed: none uses the code of another.
    const onDemand = [...onDemandFields, passwordFile, dryRun, changes].some(
      (field) => settings.sourceOf(field) !== 'default',
    )
      ? await import('./on-demand.ts')
      : undefined;
    const requested = onDemand?.chooseJob(settings);
    if (settings.get(clientId)) {
      if (requested) {
        throw new UsageError([
          `${requested.flags.join(', ')}: not available in service mode; unset ${settings.placeOf(clientId)} and ${settings.placeOf(clientSecret)}`,
        ]);
      }
      return (await import('./service-mode.ts')).runServiceMode(invocation);
    }
    if (onDemand && requested) return onDemand.runOnDemand(invocation, requested);
    return (await import('./run-sync.ts')).runSync(invocation);
  },
};
