// The targets, and whether the results meet them.
import type { Operation } from '../grpc/caller.ts';
import type { GrpcResults, ServerName } from '../grpc/grpc-results.ts';
import type { Lap } from '../grpc/lap.ts';
import type { Engine } from '../options.ts';
import { type SizeName, sizes } from '../sizes.ts';
import { median, medianBy } from '../statistics.ts';
import type { SyncRun } from '../sync/sync-results.ts';
import type { BenchResults } from './bench-results.ts';

export interface Target {
  readonly what: string;
  readonly limit: number;
  /** Whether the figure must be at least or at most the limit. */
  readonly bound: 'least' | 'most';
  readonly unit: string;
  /** NaN if it was not measured. */
  readonly measured: number;
}

export type Verdict = 'met' | 'missed' | 'not measured';

export function judge({ limit, bound, measured }: Target): Verdict {
  if (Number.isNaN(measured)) {
    return 'not measured';
  }
  return (bound === 'least' ? measured >= limit : measured <= limit) ? 'met' : 'missed';
}

export function targetsOf(results: BenchResults): Target[] {
  const { starts, grpc, expansion } = results;
  const wallMs = (size: SizeName) => typicalSync(results, size)?.wallMs ?? Number.NaN;
  const peakMb = (size: SizeName) => (largestPeak(results, size) ?? Number.NaN) / 1e6;
  const speedUp = (engine: Engine) => (peerSync(results, 'M', engine)?.wallMs ?? Number.NaN) / wallMs('M');
  const rowMs = (size: SizeName) => wallMs(size) / sizes[size].rows;
  return [
    {
      what: 'M: speedup over the peer with SQLite',
      limit: 20,
      bound: 'least',
      unit: '×',
      measured: speedUp('sqlite'),
    },
    {
      what: 'M: speedup over the peer with Pebble',
      limit: 4,
      bound: 'least',
      unit: '×',
      measured: speedUp('pebble'),
    },
    { what: 'M: peak memory', limit: 300, bound: 'most', unit: 'MB', measured: peakMb('M') },
    { what: 'L: peak memory', limit: 400, bound: 'most', unit: 'MB', measured: peakMb('L') },
    {
      what: 'L: time per row, relative to M',
      limit: 1.2,
      bound: 'most',
      unit: '×',
      measured: rowMs('L') / rowMs('M'),
    },
    { what: 'S: start to exit', limit: 1.5, bound: 'most', unit: 's', measured: wallMs('S') / 1000 },
    {
      what: 'start to first gRPC response (`serve`)',
      limit: 500,
      bound: 'most',
      unit: 'ms',
      measured: median(starts['ours serve'] ?? []),
    },
    ...[1, 8, 64].map(
      (callers): Target => ({
        what: `grants/s over gRPC, ${callers} ${callers === 1 ? 'caller' : 'callers'}, relative to the peer`,
        limit: 1.5,
        bound: 'least',
        unit: '×',
        measured:
          grantsPerSecond(grpc, 'ours', 'course grants', callers) /
          grantsPerSecond(grpc, 'peer', 'course grants', callers),
      }),
    ),
    {
      what: 'expansion of grants: speedup over the Go SDK with SQLite',
      limit: 3,
      bound: 'least',
      unit: '×',
      measured: expansion ? expansion.go.wallMs / expansion.ours.wallMs : Number.NaN,
    },
    {
      what: 'expansion of grants: peak memory',
      limit: 400,
      bound: 'most',
      unit: 'MB',
      measured: expansion ? expansion.ours.peakBytes / 1e6 : Number.NaN,
    },
    // Not an original target, but what a real sync gets: one caller, and our connector offers type-scoped grants.
    {
      what: 'grants/s over gRPC, called as by a Go runner (ours: for the whole type; the peer: per course), relative to the peer',
      limit: 1.5,
      bound: 'least',
      unit: '×',
      measured: grantsPerSecond(grpc, 'ours', 'all grants', 1) / grantsPerSecond(grpc, 'peer', 'course grants', 1),
    },
  ];
}

/** Our median sync by time. */
export function typicalSync({ syncs }: BenchResults, name: SizeName): SyncRun | undefined {
  return medianBy(syncs.find(({ size }) => size === name)?.ours ?? [], ({ wallMs }) => wallMs);
}

export function peerSync({ syncs }: BenchResults, name: SizeName, engine: Engine): SyncRun | undefined {
  return syncs.find(({ size }) => size === name)?.peer[engine];
}

/** The limit on memory applies to every run. */
function largestPeak({ syncs }: BenchResults, name: SizeName): number | undefined {
  const peaks = syncs.find(({ size }) => size === name)?.ours.map(({ peakBytes }) => peakBytes) ?? [];
  return peaks.length > 0 ? Math.max(...peaks) : undefined;
}

function grantsPerSecond(
  grpc: GrpcResults | undefined,
  server: ServerName,
  operation: Operation,
  callers: number,
): number {
  const laps = grpc?.laps.filter(
    (lap) => lap.server === server && lap.operation === operation && lap.callers === callers,
  );
  return median((laps ?? []).map(itemsPerSecond));
}

export function itemsPerSecond({ items, wallMs }: Lap): number {
  return (items / wallMs) * 1000;
}
