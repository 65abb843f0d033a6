// `npm run bench:soak [-- --minutes 30]`: 64 callers and attackers on one server, which must answer all calls of the
// former and need no more memory at the end than after warming up. Writes bench/SOAK.md. Linux only.
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ourConnector } from './connectors.ts';
import { startCaller } from './grpc/start-caller.ts';
import { startServer } from './grpc/start-server.ts';
import { describeMachine, type Machine } from './machine.ts';
import { readTreeBytes } from './process/process-tree.ts';
import { formatCount, formatMegabytes, formatNumber, formatPercent } from './results/format-numbers.ts';
import { markdownTable } from './results/markdown-table.ts';
import { prepareReport } from './simulator/report-file.ts';
import { startPercipio } from './simulator/start-percipio.ts';
import { sizes } from './sizes.ts';
import { Attack, IdleSockets } from './soak/attackers.ts';
import { growthMax, judgeSoak, parseSoakArguments, type SoakVerdict } from './soak/soak-plan.ts';
import { createWorkFolder } from './work-folder.ts';

const callers = 64;

/** What attackers do in a round. Rounds, and the pauses between them, take random times. */
const unfinishedMessages = 60;
const slowReaders = 40;
const cancelledCalls = 40;
const idleSockets = 300;
const roundMsMax = 4000;

const root = fileURLToPath(new URL('../', import.meta.url));

interface Counts {
  calls: number;
  failures: number;
  /** Of the attackers. */
  rounds: number;
  /** Idle connections that the server closed. */
  closed: number;
}

/** One round of attackers, who leave after a random time. */
async function attack(url: string, counts: Counts, stop: AbortSignal): Promise<void> {
  const stayMs = Math.random() * roundMsMax;
  using sender = await Attack.connect(url);
  using reader = await Attack.connect(url, 0);
  using canceller = await Attack.connect(url);
  using sockets = await IdleSockets.connect(url, idleSockets);
  for (let count = 0; count < unfinishedMessages; count++) sender.sendUnfinished();
  for (let count = 0; count < slowReaders; count++) reader.ask();
  for (let count = 0; count < cancelledCalls; count++) canceller.askAndCancel(Math.random() * stayMs);
  await sleep(stayMs, undefined, { signal: stop }).catch(() => {});
  counts.rounds++;
  counts.closed += sockets.closed;
}

async function main(argv: readonly string[]): Promise<void> {
  const plan = parseSoakArguments(argv, join(root, 'bench/SOAK.md'));
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  const machine = describeMachine();
  const cache = resolve(root, 'node_modules/.cache/bench');
  const workFolder = createWorkFolder(cache);
  if (plan.main === undefined) execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
  const log = (text: string) => void process.stdout.write(`${text}\n`);
  await using percipio = await startPercipio(sizes.S, await prepareReport(sizes.S, cache, log));
  await using server = await startServer(ourConnector(plan.main), 'serve', percipio, workFolder);
  await using caller = startCaller(server);
  await caller.prepare();

  const counts: Counts = { calls: 0, failures: 0, rounds: 0, closed: 0 };
  const latenciesMs: number[] = [];
  const samples: number[] = [];
  const stop = new AbortController();
  const seconds = plan.minutes * 60;
  const sampler = setInterval(() => {
    samples.push(readTreeBytes(server.pid));
    if (samples.length % 30 === 0)
      log(`${samples.length} s: ${formatMegabytes(samples.at(-1) ?? 0)} MB, ${counts.calls} calls`);
    if (samples.length >= seconds) stop.abort();
  }, 1000);
  const calling = async () => {
    while (!stop.signal.aborted) {
      try {
        // The server has them in memory: what is measured is not Percipio.
        const { calls, latenciesMs: measured } = await caller.lap('course grants', callers);
        counts.calls += calls;
        for (const latency of measured) latenciesMs.push(latency);
      } catch (error) {
        counts.failures++;
        log(`a call failed: ${(error as Error).message}`);
        await sleep(1000);
      }
    }
  };
  const attacking = async () => {
    while (!stop.signal.aborted) {
      await attack(server.url, counts, stop.signal);
      await sleep(Math.random() * roundMsMax, undefined, { signal: stop.signal }).catch(() => {});
    }
  };
  await Promise.race([Promise.all([calling(), attacking()]), server.ended]);
  clearInterval(sampler);
  // What is held after the attack is over.
  await sleep(10_000);
  const quietBytes = readTreeBytes(server.pid);

  const verdict = judgeSoak(samples, latenciesMs, counts.failures);
  const command = ['npm run bench:soak', ...(argv.length > 0 ? ['--', ...argv] : [])].join(' ');
  const page = formatPage(command, machine, plan.minutes, counts, verdict, quietBytes);
  await writeFile(plan.resultsFile, page);
  process.stdout.write(page);
  process.exitCode = verdict.isPassed ? 0 : 1;
}

function formatPage(
  command: string,
  machine: Machine,
  minutes: number,
  counts: Counts,
  verdict: SoakVerdict,
  quietBytes: number,
): string {
  const { cpu, processors, memoryBytes, system, node, commit, startedAt, load } = machine;
  return `# Soak results

Written by the soak. [README.md](README.md#soak) explains what is measured, and how.

- \`${command}\`
- ${startedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC, commit ${commit}
- ${cpu}, ${processors} CPUs, ${formatNumber(memoryBytes / 1e9)} GB of memory, ${system}, Node ${node}
- load at the start: ${formatNumber(load)}

${markdownTable(
  ['', '>'],
  [
    ['minutes', formatNumber(minutes)],
    [`calls of the ${callers} callers`, formatCount(counts.calls)],
    ['which failed', `${counts.failures}`],
    ['median, ms', formatNumber(verdict.p50Ms)],
    ['99th percentile, ms', formatNumber(verdict.p99Ms)],
    ['unfinished messages of 4 MiB', formatCount(counts.rounds * unfinishedMessages)],
    ['responses that were not read', formatCount(counts.rounds * slowReaders)],
    ['cancelled calls', formatCount(counts.rounds * cancelledCalls)],
    ['idle connections that the server closed', formatCount(counts.closed)],
    ['memory after warming up, MB', formatMegabytes(verdict.warmBytes)],
    ['memory at the end, MB', formatMegabytes(verdict.endBytes)],
    [`growth (at most ${formatPercent(growthMax)})`, `${(verdict.growth * 100).toFixed(1)} %`],
    ['peak, MB', formatMegabytes(verdict.peakBytes)],
    ['10 s after the attackers left, MB', formatMegabytes(quietBytes)],
  ],
)}

${verdict.isPassed ? 'Passed.' : '**Failed.**'}
`;
}

await main(process.argv.slice(2));
