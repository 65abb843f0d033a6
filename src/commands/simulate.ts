// `simulate`: serves a simulated Percipio with a generated organization and, on request, a simulated ConductorOne.
import { once } from 'node:events';
import { resolve } from 'node:path';
import { boolField, type Command, durationField, intField, stringField } from 'baton-connector-sdk';

const common = { exportTarget: 'none' } as const;
const port = intField({
  ...common,
  name: 'port',
  description: 'Port to listen on, 0 for any free port',
  default: 8080,
  gte: 0,
  lte: 65_535,
});
const seed = intField({
  ...common,
  name: 'seed',
  description: 'Seed of the generated data: the same seed gives the same data',
  default: 1,
});
const users = intField({ ...common, name: 'users', description: 'Number of users', default: 200, gte: 0 });
const courses = intField({
  ...common,
  name: 'courses',
  description: 'Number of catalog items',
  default: 100,
  gte: 0,
});
const activity = intField({
  ...common,
  name: 'activity',
  description: 'Number of learning activity rows',
  default: 5000,
  gte: 0,
});
const reportDelayMs = intField({
  ...common,
  name: 'report-delay-ms',
  description: 'Minimum time that a report takes, in milliseconds',
  default: 0,
  gte: 0,
});
const reportFile = stringField({
  ...common,
  name: 'report-file',
  description: 'File to send as every report',
  pathTo: 'file',
});
const licenseSeats = boolField({
  ...common,
  name: 'license-seats',
  description: 'Give license pools numbers of seats; their field names are a guess',
});
const uncompressed = boolField({
  ...common,
  name: 'uncompressed',
  description: 'Never compress responses, for benchmarks',
});
const conductorone = boolField({
  ...common,
  name: 'conductorone',
  description: 'Also run a simulated ConductorOne, which hands out syncs and accepts uploads',
});
const conductoronePort = intField({
  ...common,
  name: 'conductorone-port',
  description: 'Port of the simulated ConductorOne, 0 for any free port',
  default: 8443,
  gte: 0,
  lte: 65_535,
});
const uploadFolder = stringField({
  ...common,
  name: 'upload-folder',
  description: 'Folder for the uploads and the certificate of the simulated ConductorOne',
  default: 'conductorone-uploads',
});
const syncEvery = durationField({
  ...common,
  name: 'sync-every',
  description: 'Pause between the syncs of the simulated ConductorOne',
  default: '1m',
});

export const simulateCommand: Command = {
  name: 'simulate',
  summary: 'Run a simulated Percipio on this machine to try the connector',
  fields: [
    port,
    seed,
    users,
    courses,
    activity,
    reportDelayMs,
    reportFile,
    licenseSeats,
    uncompressed,
    conductorone,
    conductoronePort,
    uploadFolder,
    syncEvery,
  ],
  needsConnectorSettings: false,
  async run({ settings, host, program }) {
    // Loaded on demand, here and below: the other commands do not need it.
    const { startPercipioSimulator } = await import('../simulator/percipio/percipio-simulator.ts');
    const path = settings.get(reportFile);
    await using simulator = await startPercipioSimulator({
      port: settings.get(port),
      seed: settings.get(seed),
      users: settings.get(users),
      courses: settings.get(courses),
      activityRows: settings.get(activity),
      reportDelayMs: settings.get(reportDelayMs),
      // As with the real Percipio, reports become ready with time, however often they are polled.
      reportPolls: { pending: 0, inProgress: 0 },
      hasLicenseSeats: settings.get(licenseSeats),
      gzip: !settings.get(uncompressed),
      ...(path !== undefined && { reportFile: path }),
    });
    const startCommand = host.startCommand ?? program.name;
    const account = `--base-url ${simulator.url} --organization-id ${simulator.organizationId} --api-token ${simulator.token}`;
    host.stdout.write(
      [`Simulated Percipio listening at ${simulator.url}`, 'Sync it with:', `  ${startCommand} ${account}`, ''].join(
        '\n',
      ),
    );
    await using served = settings.get(conductorone)
      ? await (await import('./simulate-conductorone.ts')).simulateConductorOne({
          port: settings.get(conductoronePort),
          folder: resolve(host.cwd, settings.get(uploadFolder)),
          syncEveryMs: settings.get(syncEvery),
          stdout: host.stdout,
          signal: host.signal,
        })
      : undefined;
    if (served) {
      const variables = Object.entries(served.env).map(([name, value]) => `${name}=${value}`);
      host.stdout.write(
        [
          'Simulated ConductorOne listening. Run its tasks with:',
          `  ${variables.join(' ')} ${startCommand} ${account}`,
          '',
        ].join('\n'),
      );
    }
    if (!host.signal.aborted) {
      await once(host.signal, 'abort');
    }
    const { total, counts } = simulator.requests;
    host.stdout.write(`${total} requests served\n`);
    for (const [kind, count] of counts) {
      host.stdout.write(`  ${count} ${kind}\n`);
    }
    return 0;
  },
};
