// `npm run demo`: a sync against a made-up Percipio, start to finish, and where to look next.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startPercipioSimulator } from '../src/simulator/percipio/percipio-simulator.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const file = 'demo.c1z';

const say = (text: string) => process.stdout.write(`${text}\n`);

await using simulator = await startPercipioSimulator({
  users: 500,
  courses: 200,
  activityRows: 10_000,
  // Who hears that a report is not ready asks again a minute later.
  reportPolls: { pending: 0, inProgress: 0 },
});
const settings = [
  `--base-url=${simulator.url}`,
  `--organization-id=${simulator.organizationId}`,
  `--api-token=${simulator.token}`,
];

say(`A made-up Percipio with 500 users listens at ${simulator.url}.\nSyncing it to ${file}:\n`);
const sync = spawn(process.execPath, [main, ...settings, `--file=${file}`, '--log-format=console'], {
  stdio: 'inherit',
});
const [exitCode] = (await once(sync, 'exit')) as [number | null];
if (exitCode !== 0) {
  process.exitCode = exitCode ?? 1;
} else {
  say(`
Where to look next
  The file, with ConductorOne's command line "baton":
    baton -f ${file} resources
    baton -f ${file} grants
  The same over gRPC: in one shell a made-up Percipio, which prints its settings, in another the server:
    npm start -- simulate
    npm start -- serve --listen 127.0.0.1:50051 --base-url … --organization-id … --api-token …
    grpcurl -plaintext 127.0.0.1:50051 list
  Your own Percipio:
    BATON_API_TOKEN=… BATON_ORGANIZATION_ID=… npm start`);
}
