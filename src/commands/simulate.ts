// `simulate`: a Percipio to run against, with a made-up organization, and a ConductorOne beside it if wanted.
import { once } from 'node:events';
import { resolve } from 'node:path';
import { boolField, type Command, durationField, intField, stringField } from 'baton-connector-sdk';

const common = { exportTarget: 'none' } as const;
const port = intField({
  ...common,
  name: 'port',
  description: 'Port to listen on, 0 for any',
  default: 8080,
  gte: 0,
  lte: 65_535,
});
const seed = intField({
  ...common,
  name: 'seed',
  description: 'What the data is made from: the same gives the same',
  default: 1,
});
const users = intField({ ...common, name: 'users', description: 'How many users there are', default: 200, gte: 0 });
const courses = intField({
  ...common,
  name: 'courses',
  description: 'How many items the catalog has',
  default: 100,
  gte: 0,
});
const activity = intField({
  ...common,
  name: 'activity',
  description: 'How many rows of learning activity there are',
  default: 5000,
  gte: 0,
});
const reportDelayMs = intField({
  ...common,
  name: 'report-delay-ms',
  description: 'How long a report takes at least',
  default: 0,
  gte: 0,
});
const reportFile = stringField({
  ...common,
  name: 'report-file',
  description: 'A file to send as every report',
  pathTo: 'file',
});
const uncompressed = boolField({
  ...common,
  name: 'uncompressed',
  description: 'Never compresses answers, so that a benchmark does not measure this',
});
const conductorone = boolField({
  ...common,
  name: 'conductorone',
  description: 'Serves a made-up ConductorOne too, which hands out syncs and takes uploads',
});
const conductoronePort = intField({
  ...common,
  name: 'conductorone-port',
  description: 'Its port, 0 for any',
  default: 8443,
  gte: 0,
  lte: 65_535,
});
const uploadFolder = stringField({
  ...common,
  name: 'upload-folder',
  description: 'Where its uploads and its certificate go',
  default: 'conductorone-uploads',
});
const syncEvery = durationField({
  ...common,
  name: 'sync-every',
  description: 'How long it waits between syncs',
  default: '1m',
});

export const simulateCommand: Command = {
  name: 'simulate',
  summary: 'Serves a made-up Percipio on this machine, to try the connector against',
  fields: [
    port,
    seed,
    users,
    courses,
    activity,
    reportDelayMs,
    reportFile,
    uncompressed,
    conductorone,
    conductoronePort,
    uploadFolder,
    syncEvery,
  ],
  needsConnectorSettings: false,
  async run({ settings, host, program }) {
    // Loaded here and below: the other commands need nothing of it.
    const { startPercipioSimulator } = await import('../simulator/percipio/percipio-simulator.ts');
    const path = settings.get(reportFile);
    await using simulator = await startPercipioSimulator({
      port: settings.get(port),
      seed: settings.get(seed),
      users: settings.get(users),
      courses: settings.get(courses),
      activityRows: settings.get(activity),
      reportDelayMs: settings.get(reportDelayMs),
      // As with Percipio, time alone makes a report ready, and not that somebody asks for it.
      reportPolls: { pending: 0, inProgress: 0 },
      gzip: !settings.get(uncompressed),
      ...(path !== undefined && { reportFile: path }),
    });
    const account = `--base-url ${simulator.url} --organization-id ${simulator.organizationId} --api-token ${simulator.token}`;
    host.stdout.write(
      [`A made-up Percipio listens at ${simulator.url}`, 'Sync from it with:', `  ${program.name} ${account}`, ''].join(
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
          'And a made-up ConductorOne. Do its tasks with:',
          `  ${variables.join(' ')} ${program.name} ${account}`,
          '',
        ].join('\n'),
      );
    }
    if (!host.signal.aborted) {
      await once(host.signal, 'abort');
    }
    const { total, counts } = simulator.requests;
    host.stdout.write(`${total} requests were answered\n`);
    for (const [kind, count] of counts) {
      host.stdout.write(`  ${count} ${kind}\n`);
    }
    return 0;
  },
};
