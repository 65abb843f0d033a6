// `npm run demo`: runs a complete sync against a simulated Percipio, and says what to try next. Passes on further flags of
// a sync: `npm run demo -- --sync-licenses`. With `--explore`, it shows the result in a browser.
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
  hasLicenseSeats: true,
  // A connector that finds a report not ready polls again only a minute later.
  reportPolls: { pending: 0, inProgress: 0 },
});
const settings = [
  `--base-url=${simulator.url}`,
  `--organization-id=${simulator.organizationId}`,
  `--api-token=${simulator.token}`,
];

say(`Simulated Percipio with 500 users listening at ${simulator.url}\nSyncing it to ${file}:\n`);
const explores = process.argv.includes('--explore');
const more = process.argv.slice(2).filter((word) => word !== '--explore');
const sync = spawn(process.execPath, [main, ...settings, `--file=${file}`, '--log-format=console', ...more], {
  stdio: 'inherit',
});
const [exitCode] = (await once(sync, 'exit')) as [number | null];
if (exitCode !== 0) {
  process.exitCode = exitCode ?? 1;
} else if (explores) {
  // ^C reaches both: the program stops, and then this one ends.
  process.on('SIGINT', () => {});
  const pages = spawn(process.execPath, [main, 'explore', file, '--open'], { stdio: 'inherit' });
  process.on('SIGTERM', () => pages.kill());
  const [code] = (await once(pages, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
} else {
  say(`
Next steps
  Look into the file (docs/inspect.md has more):
    npm start -- inspect ${file}
    npm start -- inspect ${file} leavers
  Or look at it in a browser (docs/explore.md):
    npm start -- explore ${file} --open
  Read the file with "baton", ConductorOne's command-line tool:
    baton -f ${file} resources
    baton -f ${file} grants
  Serve the same over gRPC: run a simulated Percipio, then in another shell the server, with the settings it prints:
    npm start -- simulate
    npm start -- serve --listen 127.0.0.1:50051 --base-url … --organization-id … --api-token …
    grpcurl -plaintext 127.0.0.1:50051 list
  Sync your own Percipio:
    BATON_API_TOKEN=… BATON_ORGANIZATION_ID=… npm start`);
}
