// `npm run bench`: measures speed and memory of the program against the simulator, and of a Go connector on request.
import { execFileSync } from 'node:child_process';
import { access, constants, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { benchmarkExpansion } from './expansion/benchmark-expansion.ts';
import type { ExpansionResults } from './expansion/expansion-results.ts';
import { benchmarkGrpc } from './grpc/benchmark-grpc.ts';
import { benchmarkStart } from './grpc/benchmark-start.ts';
import type { GrpcResults, StartResults } from './grpc/grpc-results.ts';
import { describeMachine, wasBusy } from './machine.ts';
import { type BenchOptions, describeCommand, parseOptions, usage } from './options.ts';
import type { BenchResults } from './results/bench-results.ts';
import { formatResults, warningsOf } from './results/format-results.ts';
import { prepareReport } from './simulator/report-file.ts';
import { startPercipio } from './simulator/start-percipio.ts';
import { type SizeName, sizes } from './sizes.ts';
import { benchmarkSyncs } from './sync/benchmark-syncs.ts';
import type { SizeResults } from './sync/sync-results.ts';
import { createWorkFolder } from './work-folder.ts';

const startedAtMs = performance.now();

function log(text: string): void {
  const minutes = (performance.now() - startedAtMs) / 60_000;
  process.stdout.write(`${minutes.toFixed(1).padStart(5)} min  ${text}\n`);
}

async function run(options: BenchOptions, workFolder: string, command: string): Promise<BenchResults> {
  const machine = describeMachine();
  if (wasBusy(machine)) {
    log(`the machine is busy (load ${machine.load.toFixed(2)}): figures will be worse than they should be`);
  }
  const failures: string[] = [];
  // A failure does not lose the results so far.
  const attempt = async <Result>(what: string, measure: () => Promise<Result>): Promise<Result | undefined> => {
    try {
      return await measure();
    } catch (error) {
      process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
      failures.push(`${what} could not be measured; see the output of the benchmark.`);
      return undefined;
    }
  };
  const syncs: SizeResults[] = [];
  let starts: StartResults = {};
  let grpc: GrpcResults | undefined;
  let expansion: ExpansionResults | undefined;
  if (options.parts.includes('expansion')) {
    const { expandedMillions } = options;
    expansion = await attempt('The expansion', () => benchmarkExpansion(expandedMillions, workFolder, log));
  }
  for (const name of measuresProgram(options) ? options.sizes : []) {
    const size = sizes[name];
    const report = await prepareReport(size, options.cacheFolder, log);
    await using percipio = await startPercipio(size, report);
    if (options.parts.includes('start') && name === options.sizes[0]) {
      starts = (await attempt('The start', () => benchmarkStart(percipio, options, workFolder, log))) ?? {};
    }
    if (options.parts.includes('sync')) {
      const measured = await attempt(`${name}`, () => benchmarkSyncs(size, percipio, options, workFolder, log));
      if (measured) syncs.push(measured);
    }
    if (options.parts.includes('grpc') && name === grpcSize(options)) {
      grpc = await attempt('gRPC', () => benchmarkGrpc(name, percipio, options, workFolder, log));
    }
  }
  return { command, machine, failures, syncs, starts, grpc, expansion };
}

/** Whether a part needs the built program and a simulated Percipio. */
function measuresProgram({ parts }: BenchOptions): boolean {
  return parts.some((part) => part !== 'expansion');
}

/** M if it is measured: with L, a peer would hold the whole report in memory. */
function grpcSize({ sizes }: BenchOptions): SizeName | undefined {
  return sizes.includes('M') ? 'M' : sizes[0];
}

async function main(argv: readonly string[]): Promise<void> {
  if (argv.includes('--help')) {
    process.stdout.write(usage);
    return;
  }
  const given = parseOptions(argv);
  const options: BenchOptions = {
    ...given,
    // Connectors run in folders of their own, so paths must be absolute.
    cacheFolder: resolve(given.cacheFolder),
    peer: given.peer === undefined ? undefined : resolve(given.peer),
  };
  if (options.peer !== undefined) {
    await access(options.peer, constants.X_OK);
  }
  // Exit handlers remove processes and files.
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  const workFolder = createWorkFolder(options.cacheFolder);
  if (options.builds && measuresProgram(options)) {
    log('building');
    execFileSync('npm', ['run', '--silent', 'build'], {
      cwd: fileURLToPath(new URL('../', import.meta.url)),
      stdio: 'inherit',
    });
  }
  const results = await run(options, workFolder, describeCommand(argv));
  await writeFile(options.resultsFile, formatResults(results));
  log(`written to ${options.resultsFile}`);
  for (const warning of warningsOf(results)) log(warning);
  process.exitCode = results.failures.length > 0 ? 1 : 0;
}

await main(process.argv.slice(2));
