// Results of a benchmark that nobody ran.
import type { MeasuredLap } from '../../../bench/grpc/grpc-results.ts';
import type { BenchResults } from '../../../bench/results/bench-results.ts';
import type { SyncRun } from '../../../bench/sync/sync-results.ts';

export function syncOf(run: Partial<SyncRun>): SyncRun {
  return {
    wallMs: 10_000,
    cpuMs: 9000,
    peakBytes: 250e6,
    processes: 1,
    fileBytes: 80e6,
    grants: 900_000,
    simulatorCpuMs: 1500,
    otherWork: 0.01,
    phasesMs: { resources: 3000, grants: 4000, file: 2000 },
    ...run,
  };
}

/** One second. */
export function lapOf(lap: Partial<MeasuredLap>): MeasuredLap {
  return {
    server: 'ours',
    operation: 'course grants',
    callers: 1,
    calls: 10,
    items: 100,
    bytes: 25_000,
    wallMs: 1000,
    latenciesMs: [1, 2, 3, 4],
    callerCpuMs: 300,
    serverCpuMs: 600,
    simulatorCpuMs: 0,
    otherWork: 0.01,
    ...lap,
  };
}

export const emptyResults: BenchResults = {
  command: 'npm run bench',
  machine: {
    cpu: 'Abacus',
    processors: 2,
    memoryBytes: 24e9,
    system: 'Linux 6.1',
    node: 'v24.0.0',
    commit: '0123456789ab',
    startedAt: new Date('2026-01-31T12:00:00Z'),
    load: 0.1,
  },
  failures: [],
  syncs: [],
  starts: {},
  grpc: undefined,
  expansion: undefined,
};

/** Of M, with a peer. */
export const someResults: BenchResults = {
  ...emptyResults,
  syncs: [
    {
      size: 'M',
      readAndDropMs: 2000,
      ours: [syncOf({ wallMs: 9000 }), syncOf({ wallMs: 14_000, peakBytes: 260e6 }), syncOf({ wallMs: 10_000 })],
      peer: { sqlite: syncOf({ wallMs: 400_000, processes: 2, phasesMs: undefined, peakBytes: 5e9 }) },
      peerFailures: { pebble: 'received message larger than max' },
    },
  ],
  starts: { 'ours serve': [430, 410, 600], peer: [30, 31, 32] },
  grpc: {
    size: 'M',
    laps: [
      lapOf({ items: 250, latenciesMs: [4, 8] }),
      lapOf({ server: 'peer' }),
      lapOf({ server: 'canned', operation: 'canned', items: 900 }),
    ],
    memoryBytes: { ours: 200e6, peer: 3e9 },
    prepareMs: { ours: 5000, peer: 20_000 },
  },
};
