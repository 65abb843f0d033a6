// Formats the results page.
import { wasBusy } from '../machine.ts';
import { otherWorkMax } from '../process/other-work.ts';
import type { BenchResults } from './bench-results.ts';
import { expansionSection } from './expansion-section.ts';
import { formatNumber } from './format-numbers.ts';
import { grpcSection, startSection } from './grpc-section.ts';
import { markdownTable } from './markdown-table.ts';
import { syncSection } from './sync-section.ts';
import { judge, targetsOf } from './targets.ts';

/** Markdown. */
export function formatResults(results: BenchResults): string {
  const { command, machine } = results;
  const { cpu, processors, memoryBytes, system, node, commit, startedAt, load } = machine;
  const parts = [
    '# Benchmark results',
    'Written by the benchmark. [README.md](README.md) explains what is measured, and how.',
    [
      `- \`${command}\``,
      `- ${startedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC, commit ${commit}`,
      `- ${cpu}, ${processors} CPUs, ${formatNumber(memoryBytes / 1e9)} GB of memory, ${system}, Node ${node}`,
      `- load at the start: ${formatNumber(load)}`,
    ].join('\n'),
    ...warningsOf(results).map((warning) => `**${warning}**`),
    '## Targets',
    markdownTable(
      ['', '>target', '>measured', ''],
      targetsOf(results).map((target) => [
        target.what,
        `${target.bound === 'least' ? '≥' : '≤'} ${target.limit} ${target.unit}`,
        `${formatNumber(target.measured)} ${target.unit}`,
        judge(target),
      ]),
    ),
    ...syncSection(results),
    ...startSection(results.starts),
    ...grpcSection(results.grpc),
    ...expansionSection(results.expansion),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** Reasons not to trust the figures. */
export function warningsOf({ machine, failures, syncs, grpc, expansion }: BenchResults): string[] {
  const disturbed = [
    ...syncs.flatMap(({ size, ours, peer }) =>
      [...ours, ...Object.values(peer)].map(({ otherWork }) => ({ what: `a sync of ${size}`, otherWork })),
    ),
    ...(expansion ? [expansion.ours, expansion.go] : []).map(({ otherWork }) => ({ what: 'the expansion', otherWork })),
    ...(grpc?.laps ?? []).map(({ operation, otherWork }) => ({ what: `gRPC (${operation})`, otherWork })),
  ].filter(({ otherWork }) => otherWork > otherWorkMax);
  const what = [...new Set(disturbed.map((each) => each.what))];
  return [
    ...failures,
    ...(wasBusy(machine) ? [`The machine was busy before the benchmark (load ${formatNumber(machine.load)}).`] : []),
    ...(what.length > 0
      ? [`Other load exceeded ${Math.round(otherWorkMax * 100)} % of a CPU during: ${what.join(', ')}.`]
      : []),
  ];
}
