// `npm run bench:service-memory [SYNCS]`: checks that service mode does not leak memory. One process syncs a small
// organization again and again; its resident memory is read from /proc (Linux only).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startConductorOneSimulator } from '../src/simulator/conductorone/conductorone-simulator.ts';
import { createConnectorEnv } from '../src/simulator/conductorone/connector-env.ts';
import { startPercipioSimulator } from '../src/simulator/percipio/percipio-simulator.ts';
import { accountFlags } from './connectors.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const syncs = Number(process.argv[2] ?? 500);
const samples = 10;

const folder = await mkdtemp(join(tmpdir(), 'service-memory-'));
try {
  await using percipio = await startPercipioSimulator({
    users: 100,
    courses: 50,
    activityRows: 1000,
    reportPolls: { pending: 0, inProgress: 0 },
  });
  await using conductorone = await startConductorOneSimulator({ uploadFolder: join(folder, 'uploads'), nextPollMs: 1 });
  const connector = spawn(process.execPath, [main, '--log-level=error', ...accountFlags(percipio)], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...(await createConnectorEnv(conductorone, folder)) },
  });
  const exited = once(connector, 'exit');
  process.stdout.write('syncs  resident MB\n');
  for (let sync = 1; sync <= syncs; sync++) {
    const taskId = conductorone.tasks.add({ case: 'syncFull', value: {} });
    const report = await Promise.race([
      conductorone.tasks.finished(taskId),
      exited.then(() => Promise.reject(new Error('the connector exited'))),
    ]);
    if (report.finalState.case !== 'success') throw new Error(`sync ${sync} failed: ${report.status?.message}`);
    if (sync === 1 || sync % Math.ceil(syncs / samples) === 0) {
      const status = await readFile(`/proc/${connector.pid}/status`, 'utf8');
      const residentKb = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
      process.stdout.write(`${String(sync).padStart(5)}  ${Math.round(residentKb / 1024)}\n`);
    }
  }
  connector.kill('SIGTERM');
  await exited;
} finally {
  await rm(folder, { recursive: true });
}
