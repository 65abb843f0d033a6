// A process that serves a simulated Percipio until the benchmark that forked it exits.
import { startPercipioSimulator } from '../../src/simulator/percipio/percipio-simulator.ts';
import type { Size } from '../sizes.ts';

const [users, items, rows, reportFile] = JSON.parse(process.argv[2] ?? '[]') as [number, number, number, string];
const { url, organizationId, token } = await startPercipioSimulator({
  users,
  courses: items,
  activityRows: rows,
  reportFile,
  // Compression would use the CPUs that are being measured.
  gzip: false,
  // Ready at the first poll: how long connectors wait between polls is not what is measured.
  reportPolls: { pending: 0, inProgress: 0 },
  requestsMax: 1000,
});
process.once('disconnect', () => process.exit());
process.send?.({ url, organizationId, token });

export type PercipioArguments = readonly [Size['users'], Size['items'], Size['rows'], string];
