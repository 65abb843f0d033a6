// The calls to gRPC servers and their starts, as tables.
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
    'Milliseconds from the start of the process until it has answered its first call (ListResourceTypes).',
    markdownTable(['', '>median', '>least', '>most'], rows),
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
    `Size ${size} (${formatCount(sizes[size].rows)} rows), the report loaded before. Callers share one connection and are a process of their own, which decodes nothing but the page token. "ours" and "peer" are children of a runner, with mutual TLS, as a runner starts them; "ours, \`serve\`" is plaintext. The servers took turns. Rates are those of the round in the middle, p50 and p99 are of the calls of all rounds. CPU is of the server, of the callers and of the simulator, as shares of one processor: where callers or simulator come near to 100 %, or all together to what the machine has, they are the limit and not the server.`,
    '### ListGrants of each course',
    'All pages of all courses, each page as large as the server makes it without being told.',
    ...lapTable(laps, 'course grants', 'grants'),
    '### ListGrants of the type as a whole',
    'As a Go runner asks ours: one page after the other.',
    ...lapTable(laps, 'all grants', 'grants'),
    '### ListResources of users',
    'The first pages, in a sync of its own each time; each is a request to the simulator.',
    ...lapTable(laps, 'users', 'users'),
    '### What the callers can take',
    'From a server that answers the same bytes to every call from memory: those that ours answered for a course.',
    ...lapTable(laps, 'canned', 'grants'),
    '### Before and after',
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
    markdownTable([...columns, '>CPU', '>callers’', '>simulator’s', '>elsewhere'], rows),
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
  return ratios.length > 0 ? [`${items}/s of ours by those of the peer: ${ratios.join(', ')}.`] : [];
}
