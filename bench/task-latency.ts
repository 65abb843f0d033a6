// `npm run bench:tasks [-- --peer MAIN]`: how long a grant takes from ConductorOne's queue to its effect in Percipio, with
// polls of 2 s: grants that come alone at random times, and ten at once. `--peer` measures the main file of another
// version in turns with this one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  type ConductorOneSimulator,
  startConductorOneSimulator,
} from '../src/simulator/conductorone/conductorone-simulator.ts';
import { createConnectorEnv } from '../src/simulator/conductorone/connector-env.ts';
import { type PercipioSimulator, startPercipioSimulator } from '../src/simulator/percipio/percipio-simulator.ts';
import { accountFlags } from './connectors.ts';

const nextPollMs = 2000;
const alone = 20;
const atOnce = 10;
const rounds = 3;

interface Started {
  readonly percipio: PercipioSimulator;
  readonly conductorone: ConductorOneSimulator;
}

const { peer } = parseArgs({ options: { peer: { type: 'string' } } }).values;
const ours = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const programs = [['this version', ours], ...(peer === undefined ? [] : [['peer', peer]])] as [string, string][];
const seen = new Map<string, { alone: number[]; together: number[]; last: number[] }>();
for (let round = 0; round < rounds; round++) {
  for (const [name, main] of programs) {
    const times = seen.get(name) ?? { alone: [], together: [], last: [] };
    seen.set(name, times);
    await withProgram(main, async (started) => {
      for (let index = 0; index < Math.ceil(alone / rounds); index++) {
        await sleep(Math.random() * 2 * nextPollMs);
        times.alone.push(await grantRole(started, index));
      }
      await sleep(Math.random() * nextPollMs);
      const group = await Promise.all(Array.from({ length: atOnce }, (_, index) => grantRole(started, 50 + index)));
      times.together.push(...group);
      times.last.push(Math.max(...group));
    });
  }
}
process.stdout.write('polls of 2 s; seconds from queue to effect\n');
for (const [name, times] of seen) {
  process.stdout.write(
    `${name}: alone ${mean(times.alone)} on average, longest ${seconds(Math.max(...times.alone))}; ` +
      `ten at once ${mean(times.together)} on average, the last one after ${mean(times.last)}, ` +
      `at most ${seconds(Math.max(...times.last))}\n`,
  );
}

/** Queues a grant; resolves with the milliseconds until the user has the role. */
async function grantRole({ percipio, conductorone }: Started, index: number): Promise<number> {
  const user = percipio.data.users[index];
  if (!user) throw new Error(`there is no user ${index}`);
  const role = user.role === 'MANAGER' ? 'CONTENT_CURATOR' : 'MANAGER';
  const queuedAt = performance.now();
  conductorone.tasks.add({
    case: 'grant',
    value: {
      entitlement: { id: `role:${role}:assigned`, resource: { id: { resourceType: 'role', resource: role } } },
      principal: { id: { resourceType: 'user', resource: user.id } },
    },
  });
  while (user.role !== role) await sleep(2);
  return performance.now() - queuedAt;
}

async function withProgram(main: string, measure: (started: Started) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'task-latency-'));
  try {
    await using percipio = await startPercipioSimulator({ users: 100, courses: 1, activityRows: 0 });
    await using conductorone = await startConductorOneSimulator({ uploadFolder: join(folder, 'uploads'), nextPollMs });
    const connector = spawn(
      process.execPath,
      [main, '--log-level=error', '--provisioning', ...accountFlags(percipio)],
      {
        stdio: ['ignore', 'inherit', 'inherit'],
        env: { ...process.env, ...(await createConnectorEnv(conductorone, folder)) },
      },
    );
    const exited = once(connector, 'exit');
    await conductorone.calls.waitFor('GetTask');
    await measure({ percipio, conductorone });
    connector.kill('SIGTERM');
    await exited;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function mean(times: readonly number[]): string {
  return seconds(times.reduce((sum, time) => sum + time, 0) / times.length);
}

function seconds(timeMs: number): string {
  return (timeMs / 1000).toFixed(2);
}
