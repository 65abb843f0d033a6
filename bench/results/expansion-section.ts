// Formats the expansion of grants as a table.
import type { ExpansionResults } from '../expansion/expansion-results.ts';
import { formatCount, formatMegabytes, formatPercent, formatRatio, formatSeconds } from './format-numbers.ts';
import { markdownTable } from './markdown-table.ts';

export function expansionSection(results: ExpansionResults | undefined): string[] {
  if (!results) {
    return [];
  }
  const { direct, expanded, ours, go } = results;
  return [
    '## Expansion of grants',
    `${formatCount(direct)} direct grants to members of groups, and ${formatCount(expanded)} that follow from them, expanded by our code and by the Go SDK's syncer with SQLite: until all rows and indexes are written, without packing the file. Memory is that of the whole process.`,
    markdownTable(
      ['', '>s', '>CPU s', '>peak MB', '>grants', '>other load'],
      Object.entries({ ours, Go: go }).map(([who, run]) => [
        who,
        formatSeconds(run.wallMs),
        formatSeconds(run.cpuMs),
        formatMegabytes(run.peakBytes),
        formatCount(run.grants),
        formatPercent(run.otherWork),
      ]),
    ),
    `Go takes ${formatRatio(go.wallMs / ours.wallMs)} the time and ${formatRatio(go.cpuMs / ours.cpuMs)} the CPU of ours.`,
  ];
}
