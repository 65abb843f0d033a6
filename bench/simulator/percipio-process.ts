// The program of a process that serves a made-up Percipio, until the benchmark that forked it has gone.
import { startPercipioSimulator } from '../../src/simulator/percipio/percipio-simulator.ts';
import type { Size } from '../sizes.ts';

const [users, items, rows, reportFile] = JSON.parse(process.argv[2] ?? '[]') as [number, number, number, string];
const { url, organizationId, token } = await startPercipioSimulator({
  users,
  courses: items,
  activityRows: rows,
  reportFile,
  // It would compress on the processors that are measured.
  gzip: false,
  // Ready at the first poll: connectors wait between polls, and how long they do is not the question.
  reportPolls: { pending: 0, inProgress: 0 },
  requestsMax: 1000,
});
process.once('disconnect', () => process.exit());
process.send?.({ url, organizationId, token });

export type PercipioArguments = readonly [Size['users'], Size['items'], Size['rows'], string];
