// Formats the gRPC calls and the starts of servers as tables.
import type { GrpcResults, MeasuredLap, ServerName, StartResults } from '../grpc/grpc-results.ts';
import { serverNames } from '../grpc/grpc-results.ts';
import { sizes } from '../sizes.ts';
import { median, percentile } from '../statistics.ts';
import {
  formatCount,
  formatMegabytes,
  formatNumber,
  formatPercent,
  formatRatio,
  formatSeconds,
} from './format-numbers.ts';
import { markdownTable } from './markdown-table.ts';
import { itemsPerSecond } from './targets.ts';

const serverTitles: Readonly<Record<ServerName, string>> = {
  ours: 'ours',
  peer: 'peer',
  'ours serve': 'ours, `serve`',
  canned: 'from memory',
};

export function startSection(starts: StartResults): string[] {
  const rows = serverNames.flatMap((name) => {
    const all = starts[name];
    return all ? [[serverTitles[name], ...[median(all), Math.min(...all), Math.max(...all)].map(formatNumber)]] : [];
  });
  if (rows.length === 0) {
    return [];
  }
  return [
    '## Start',
    'Milliseconds from process start to the first response (ListResourceTypes).',
    markdownTable(['', '>median', '>min', '>max'], rows),
  ];
}

export function grpcSection(grpc: GrpcResults | undefined): string[] {
  if (!grpc) {
    return [];
  }
  const { size, laps, memoryBytes, prepareMs } = grpc;
  const servers = serverNames.filter((name) => prepareMs[name] !== undefined);
  return [
    '## gRPC',
    `Size ${size} (${formatCount(sizes[size].rows)} rows), with the report already loaded. Callers share one connection, in a separate process that decodes only the page token. "ours" and "peer" run as child processes with mutual TLS, as a runner starts them; "ours, \`serve\`" uses plaintext. The servers took turns. Rates are from the median round; p50 and p99 are over the calls of all rounds. CPU is for the server, the callers and the simulator, as shares of one CPU. When the callers or the simulator approach 100 %, or all of them together the capacity of the machine, they are the bottleneck, not the server.`,
    '### ListGrants per course',
    "All pages of all courses, with the server's default page size.",
    ...lapTable(laps, 'course grants', 'grants'),
    '### ListGrants for the whole type',
    'As a Go runner calls ours: page after page.',
    ...lapTable(laps, 'all grants', 'grants'),
    '### ListResources of users',
    'The first pages, each time in a new sync; each page is a request to the simulator.',
    ...lapTable(laps, 'users', 'users'),
    '### Capacity of the callers',
    'From a server that answers every call with the same bytes from memory: our response for one course.',
    ...lapTable(laps, 'canned', 'grants'),
    '### Loading and memory',
    'Loading: listing users and courses and reading the report. Memory: of the process tree after all of the above.',
    markdownTable(
      ['', '>loading s', '>memory MB'],
      servers.map((name) => [
        serverTitles[name],
        formatSeconds(prepareMs[name] ?? Number.NaN),
        formatMegabytes(memoryBytes[name] ?? Number.NaN),
      ]),
    ),
  ];
}

function lapTable(laps: readonly MeasuredLap[], operation: MeasuredLap['operation'], items: string): string[] {
  const ofOperation = laps.filter((lap) => lap.operation === operation);
  const columns = ['', '>callers', '>calls/s', `>${items}/s`, '>MB/s', '>p50 ms', '>p99 ms'];
  const groups = Object.values(
    Object.groupBy(
      ofOperation,
      ({ callers, server }) => `${String(callers).padStart(3)} ${serverNames.indexOf(server)}`,
    ),
  ) as MeasuredLap[][];
  const rate = (group: readonly MeasuredLap[], count: (lap: MeasuredLap) => number) =>
    median(group.map((lap) => (count(lap) / lap.wallMs) * 1000));
  const share = (group: readonly MeasuredLap[], ms: (lap: MeasuredLap) => number) =>
    formatPercent(median(group.map((lap) => ms(lap) / lap.wallMs)));
  const rows = groups.map((group) => {
    const latenciesMs = group.flatMap((lap) => lap.latenciesMs);
    return [
      serverTitles[group[0]?.server ?? 'ours'],
      formatCount(group[0]?.callers),
      formatNumber(rate(group, ({ calls }) => calls)),
      formatCount(Math.round(rate(group, (lap) => lap.items))),
      formatNumber(rate(group, ({ bytes }) => bytes / 1e6)),
      formatNumber(percentile(latenciesMs, 0.5)),
      formatNumber(percentile(latenciesMs, 0.99)),
      share(group, ({ serverCpuMs }) => serverCpuMs),
      share(group, ({ callerCpuMs }) => callerCpuMs),
      share(group, ({ simulatorCpuMs }) => simulatorCpuMs),
      formatPercent(median(group.map(({ otherWork }) => otherWork))),
    ];
  });
  return [
    markdownTable([...columns, '>CPU', '>callers CPU', '>simulator CPU', '>other load'], rows),
    ...ratioLine(ofOperation, items),
  ];
}

function ratioLine(laps: readonly MeasuredLap[], items: string): string[] {
  const ratios = [...new Set(laps.map(({ callers }) => callers))].flatMap((callers) => {
    const rateOf = (server: ServerName) =>
      median(laps.filter((lap) => lap.server === server && lap.callers === callers).map(itemsPerSecond));
    const ratio = rateOf('ours') / rateOf('peer');
    return Number.isNaN(ratio) ? [] : [`${formatRatio(ratio)} with ${callers}`];
  });
  return ratios.length > 0 ? [`${items}/s of ours relative to the peer: ${ratios.join(', ')}.`] : [];
}
