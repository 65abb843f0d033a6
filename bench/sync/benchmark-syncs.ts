// Syncs the organization of one size with our connector and with the peer, in turns.
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readC1z } from '../../src/baton/c1z/c1z-reader.ts';
import { C1zError } from '../../src/baton/c1z/file/c1z-error.ts';
import type { SyncSummary } from '../../src/baton/sync/sync-summary.ts';
import { accountFlags, type Connector, engineFlags, ourConnector, peerConnector } from '../connectors.ts';
import type { BenchOptions, Engine } from '../options.ts';
import { OtherWork } from '../process/other-work.ts';
import { readTreeCpuMs } from '../process/process-tree.ts';
import { FailedRun, runMeasured } from '../process/run-measured.ts';
import { readAndDrop } from '../simulator/read-and-drop.ts';
import type { StartedPercipio } from '../simulator/start-percipio.ts';
import { type Size, sizes } from '../sizes.ts';
import type { SizeResults, SyncRun } from './sync-results.ts';

/** @param log - Called with a line of text per run. */
export async function benchmarkSyncs(
  size: Size,
  percipio: StartedPercipio,
  options: BenchOptions,
  workFolder: string,
  log: (text: string) => void,
): Promise<SizeResults> {
  // A first, uncounted fetch puts the report into the page cache.
  await readAndDrop(percipio, size);
  const readAndDropMs = await readAndDrop(percipio, size);
  log(`${size.name}: fetching only takes ${seconds(readAndDropMs)}`);

  const ours: SyncRun[] = [];
  const peer: Partial<Record<Engine, SyncRun>> = {};
  const peerFailures: Partial<Record<Engine, string>> = {};
  const runOurs = async () => {
    ours.push(await syncOnce(ourConnector(), ['--output', 'json'], percipio, workFolder));
    log(describeRun(`${size.name}: ours`, ours.at(-1)));
  };
  const { peer: path } = options;
  const peerEngines = path !== undefined && options.peerSizes.includes(size.name) ? options.peerEngines : [];
  const ourRuns = size.rows >= sizes.L.rows ? 1 : options.runs;
  // In turns, so that a temporary slowdown of the machine affects both.
  for (let turn = 0; turn < Math.max(ourRuns, peerEngines.length); turn++) {
    if (turn < ourRuns) await runOurs();
    const engine = peerEngines[turn];
    if (engine !== undefined && path !== undefined) {
      try {
        peer[engine] = await syncOnce(peerConnector(path), engineFlags(engine), percipio, workFolder);
        log(describeRun(`${size.name}: peer (${engine})`, peer[engine]));
      } catch (error) {
        // Even if the peer fails, ours is measured.
        if (!(error instanceof FailedRun)) throw error;
        peerFailures[engine] = error.lastWords;
        log(`${size.name}: peer (${engine}) failed: ${error.lastWords}`);
      }
    }
  }
  return { size: size.name, readAndDropMs, ours, peer, peerFailures };
}

async function syncOnce(
  { name, words, env }: Connector,
  flags: readonly string[],
  percipio: StartedPercipio,
  workFolder: string,
): Promise<SyncRun> {
  const folder = await mkdtemp(join(workFolder, 'sync-'));
  const temporaryFolder = join(folder, 'tmp');
  await mkdir(temporaryFolder);
  try {
    const file = join(folder, 'sync.c1z');
    const others = new OtherWork([percipio.pid]);
    const simulatorBeforeMs = readTreeCpuMs(percipio.pid);
    const run = await runMeasured({
      words: [...words, ...accountFlags(percipio), '--file', file, ...flags],
      env: { ...env, TMPDIR: temporaryFolder },
      folder,
    });
    const otherWork = others.share(run.cpuMs);
    const { wallMs, cpuMs, peakBytes, processes } = run;
    const summary = name === 'ours' ? (JSON.parse(run.stdout) as SyncSummary) : undefined;
    return {
      wallMs,
      cpuMs,
      peakBytes,
      processes,
      fileBytes: (await stat(file)).size,
      grants: summary ? sum(Object.values(summary.grants)) : await countGrants(file, temporaryFolder),
      simulatorCpuMs: readTreeCpuMs(percipio.pid) - simulatorBeforeMs,
      otherWork,
      phasesMs: summary?.phases_ms,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The contents of the file, which show that the sync did its work. */
async function countGrants(path: string, temporaryFolder: string): Promise<number | undefined> {
  try {
    await using file = await readC1z(path, { temporaryFolder });
    return file.latestFinishedFullRun()?.stats?.grants;
  } catch (error) {
    if (error instanceof C1zError) return undefined;
    throw error;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function describeRun(what: string, run: SyncRun | undefined): string {
  if (!run) return what;
  const { wallMs, cpuMs, peakBytes, otherWork } = run;
  const share = `${Math.round(otherWork * 100)} % other load`;
  return `${what}: ${seconds(wallMs)}, ${seconds(cpuMs)} of CPU, ${Math.round(peakBytes / 1e6)} MB peak; ${share}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
