// Formats the syncs as tables.
import { engines } from '../options.ts';
import { sizes } from '../sizes.ts';
import type { SizeResults, SyncRun } from '../sync/sync-results.ts';
import type { BenchResults } from './bench-results.ts';
import {
  formatCount,
  formatMegabytes,
  formatNumber,
  formatPercent,
  formatRatio,
  formatSeconds,
} from './format-numbers.ts';
import { markdownTable } from './markdown-table.ts';
import { typicalSync } from './targets.ts';

export function syncSection(results: BenchResults): string[] {
  if (results.syncs.length === 0) {
    return [];
  }
  return [
    '## Syncs',
    'One process, from start to exit, writing a new file. For ours, time and CPU are from the median run, and memory is the peak of all runs. "simulator" is the CPU time of the simulator during the sync, on another CPU if there is one; "other load" is the load from outside the benchmark, as a share of one CPU.',
    ...results.syncs.flatMap((each) => sizeSection(results, each)),
    ...phaseSection(results),
  ];
}

function sizeSection(results: BenchResults, { size, readAndDropMs, ours, peer, peerFailures }: SizeResults): string[] {
  const { users, items, rows } = sizes[size];
  const typical = typicalSync(results, size);
  const peak = Math.max(...ours.map(({ peakBytes }) => peakBytes));
  const lines = [
    ...(typical ? [['ours', typical, peak] as const] : []),
    ...engines.flatMap((engine) => {
      const run = peer[engine];
      return run ? [[`peer, ${engine}`, run, run.peakBytes] as const] : [];
    }),
  ];
  const columns = ['', '>s', '>CPU s', '>peak MB', '>file MB', '>grants', '>rows/s', '>simulator s', '>other load'];
  const ratios = engines.flatMap((engine) => {
    const run = peer[engine];
    return run && typical ? [ratioLine(engine, run, typical, peak)] : [];
  });
  const spread = ours.map(({ wallMs }) => formatSeconds(wallMs)).join(', ');
  return [
    `### ${size}: ${formatCount(users)} users, ${formatCount(items)} catalog items, ${formatCount(rows)} rows`,
    markdownTable(
      columns,
      lines.map(([who, run, peakBytes]) => [
        who,
        formatSeconds(run.wallMs),
        formatSeconds(run.cpuMs),
        formatMegabytes(peakBytes),
        formatMegabytes(run.fileBytes),
        formatCount(run.grants),
        formatCount(Math.round((rows / run.wallMs) * 1000)),
        formatSeconds(run.simulatorCpuMs),
        formatPercent(run.otherWork),
      ]),
    ),
    `Our runs: ${spread} s. Fetching the same data and discarding it takes ${formatSeconds(readAndDropMs)} s.`,
    ...ratios,
    ...Object.entries(peerFailures).map(([engine, words]) => `The peer with ${engine} failed: \`${words}\``),
  ];
}

function ratioLine(engine: string, peer: SyncRun, ours: SyncRun, peakBytes: number): string {
  const ratio = (of: (run: SyncRun) => number) => formatRatio(of(peer) / of(ours));
  const memory = formatRatio(peer.peakBytes / peakBytes);
  return `The peer with ${engine} takes ${ratio(({ wallMs }) => wallMs)} the time, ${ratio(({ cpuMs }) => cpuMs)} the CPU, ${memory} the memory and ${ratio(({ fileBytes }) => fileBytes)} the file size of ours.`;
}

function phaseSection(results: BenchResults): string[] {
  const runs = results.syncs.flatMap(({ size }) => {
    const run = typicalSync(results, size);
    return run?.phasesMs ? [{ size, wallMs: run.wallMs, phasesMs: withRest(run.wallMs, run.phasesMs) }] : [];
  });
  const phases = Object.keys(runs[0]?.phasesMs ?? {});
  return [
    '### Phases of ours',
    'The report is requested and read while users and courses are listed: "grants" is only the time that remains after that. "around" is process start and exit.',
    markdownTable(
      ['', ...runs.map(({ size }) => `>${size}`)],
      phases.map((phase) => [
        phase,
        ...runs.map(({ wallMs, phasesMs }) => {
          const ms = phasesMs[phase] ?? Number.NaN;
          return `${formatNumber(ms / 1000)} s, ${formatPercent(ms / wallMs)}`;
        }),
      ]),
    ),
  ];
}

function withRest(wallMs: number, phasesMs: Readonly<Record<string, number>>): Record<string, number> {
  const known = Object.values(phasesMs).reduce((total, ms) => total + ms, 0);
  return { ...phasesMs, around: wallMs - known };
}
