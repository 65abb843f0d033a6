// Kills a sync at many points, and checks what is left: `npm run crash -- --kills 100`.
//
// Each round syncs from a simulated Percipio into a file that exists, in a process of its own, which is killed after a
// delay; the delays are spread over the time that a sync takes. Then the file must be the old one byte for byte or the new
// one, the next sync must succeed with what Percipio has, and nothing but the file may be left.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { continuingMessage } from '../src/baton/sync/continue-run.ts';
import { startPercipioSimulator } from '../src/simulator/percipio/percipio-simulator.ts';
import { faultsOfFile } from './compare-file.ts';

const { values } = parseArgs({ options: { kills: { type: 'string', default: '100' } } });
const kills = Number(values.kills);
if (!(kills >= 1)) throw new Error(`--kills must be a positive number, not ${values.kills}`);
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

const simulator = await startPercipioSimulator({ users: 1200, courses: 50, activityRows: 5000, reportDelayMs: 0 });
const folder = await mkdtemp(join(tmpdir(), 'crash-'));
const temporaryFolder = join(folder, 'tmp');
const path = join(folder, 'sync.c1z');

/** Runs the program, and kills it after a time. @returns its signal or exit code, its log and how long it ran */
async function run(killAfterMs?: number) {
  const startedAtMs = performance.now();
  const child = spawn(process.execPath, [main, `--c1z-temp-dir=${temporaryFolder}`], {
    cwd: folder,
    env: {
      // The start is not what is to be killed.
      NODE_COMPILE_CACHE: fileURLToPath(new URL('../node_modules/.cache/compile', import.meta.url)),
      BATON_BASE_URL: simulator.url,
      BATON_ORGANIZATION_ID: simulator.organizationId,
      BATON_API_TOKEN: simulator.token,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const log: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => void log.push(chunk));
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  return { outcome: signal ?? code, log: Buffer.concat(log).toString(), durationMs: performance.now() - startedAtMs };
}

const tally = { killed: 0, old: 0, new: 0, continued: 0, faults: 0 };
try {
  await mkdir(temporaryFolder);
  await run();
  const { durationMs } = await run();
  for (let kill = 0; kill < kills; kill++) {
    const faults: string[] = [];
    const before = await readFile(path);
    const killed = await run((durationMs * (kill + 0.5)) / kills);
    if (killed.outcome === 'SIGKILL') tally.killed++;
    if (before.equals(await readFile(path))) tally.old++;
    else {
      tally.new++;
      faults.push(...(await faultsOfFile(path, simulator)).map((fault) => `after the kill: ${fault}`));
    }
    const next = await run();
    if (next.outcome !== 0) faults.push(`the next sync ended with ${next.outcome}: ${next.log}`);
    if (next.log.includes(continuingMessage)) tally.continued++;
    faults.push(...(await faultsOfFile(path, simulator)));
    const left = [...(await readdir(folder)), ...(await readdir(temporaryFolder))].sort();
    if (left.join() !== 'sync.c1z,tmp') faults.push(`left: ${left.join(', ')}`);
    if (faults.length > 0) {
      tally.faults++;
      process.stdout.write(
        `kill ${kill} after ${Math.round((durationMs * (kill + 0.5)) / kills)} ms: ${faults.join('; ')}\n`,
      );
    }
  }
} finally {
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
}
process.stdout.write(
  `${tally.killed} of ${kills} runs were killed before their end; the file was the old one after ${tally.old}, the new one after ${tally.new}; the next sync continued ${tally.continued}; ${tally.faults} were wrong\n`,
);
// Early kills leave nothing to continue, and others must.
process.exitCode = tally.faults > 0 || tally.continued === 0 ? 1 : 0;
