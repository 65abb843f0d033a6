// `npm run bench:attacks [-- --main MAIN]`: what attackers make `serve` hold. Each attack gets a server of its own, and a
// caller beside it. `--main` measures the main file of another version. Linux only.
import { execFileSync } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ourConnector } from './connectors.ts';
import { startCaller } from './grpc/start-caller.ts';
import { startServer } from './grpc/start-server.ts';
import { readTreeBytes } from './process/process-tree.ts';
import { formatMegabytes, formatNumber } from './results/format-numbers.ts';
import { markdownTable } from './results/markdown-table.ts';
import { prepareReport } from './simulator/report-file.ts';
import { startPercipio } from './simulator/start-percipio.ts';
import { sizes } from './sizes.ts';
import { Attack, IdleSockets } from './soak/attackers.ts';
import { percentile } from './statistics.ts';
import { createWorkFolder } from './work-folder.ts';

const attackMs = 20_000;
const restMs = 10_000;

/** Counts what the server has refused so far. */
type Refused = () => number;

/** By name: begins an attack, which ends with its stack. */
const attacks: Readonly<Record<string, (url: string, stack: AsyncDisposableStack) => Promise<Refused>>> = {
  '250 unfinished messages of 4 MiB on one connection': async (url, stack) => {
    const attack = stack.use(await Attack.connect(url));
    for (let count = 0; count < 250; count++) attack.sendUnfinished();
    return () => attack.refused;
  },
  '300 responses that are not read, on 3 connections': async (url, stack) => {
    const readers: Attack[] = [];
    for (let connection = 0; connection < 3; connection++) {
      const reader = stack.use(await Attack.connect(url, 0));
      for (let count = 0; count < 100; count++) reader.ask();
      readers.push(reader);
    }
    return () => readers.reduce((sum, { refused }) => sum + refused, 0);
  },
  '400 idle connections': async (url, stack) => {
    const sockets = stack.use(await IdleSockets.connect(url, 400));
    return () => sockets.closed;
  },
};

const { values } = parseArgs({ options: { main: { type: 'string' } } });
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
const root = fileURLToPath(new URL('../', import.meta.url));
const cache = resolve(root, 'node_modules/.cache/bench');
const workFolder = createWorkFolder(cache);
if (values.main === undefined) execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
const report = await prepareReport(sizes.S, cache, (text) => void process.stdout.write(`${text}\n`));
await using percipio = await startPercipio(sizes.S, report);
const connector = ourConnector(values.main);

const columns = ['attack', '>before, MB', '>peak, MB', '>10 s after, MB', '>refused', '>p99 of a caller beside, ms'];
process.stdout.write(`${markdownTable(columns, [])}\n`);
for (const [name, begin] of Object.entries(attacks)) {
  const folder = await mkdtemp(join(workFolder, 'server-'));
  await using server = await startServer(connector, 'serve', percipio, folder);
  await using caller = startCaller(server);
  await caller.prepare();
  const before = readTreeBytes(server.pid);
  let [peak, refused] = [0, 0];
  let latenciesMs: readonly number[] = [];
  {
    await using stack = new AsyncDisposableStack();
    const count = await begin(server.url, stack);
    const sampler = setInterval(() => {
      peak = Math.max(peak, readTreeBytes(server.pid));
    }, 100);
    const [lap] = await Promise.all([caller.lap('course grants', 1), sleep(attackMs)]);
    clearInterval(sampler);
    ({ latenciesMs } = lap);
    refused = count();
  }
  await sleep(restMs);
  const cells = [
    name,
    formatMegabytes(before),
    formatMegabytes(peak),
    formatMegabytes(readTreeBytes(server.pid)),
    `${refused}`,
    formatNumber(percentile(latenciesMs, 0.99)),
  ];
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}
