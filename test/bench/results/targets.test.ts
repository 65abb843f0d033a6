import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge, targetsOf } from '../../../bench/results/targets.ts';
import { emptyResults, lapOf, someResults, syncOf } from './some-results.ts';

function verdicts(results = someResults) {
  return Object.fromEntries(targetsOf(results).map((target) => [target.what, judge(target)]));
}

test('every target of which nothing was measured is told as such', () => {
  assert.deepEqual(new Set(Object.values(verdicts(emptyResults))), new Set(['not measured']));
});

test('ratios compare the peer with our run in the middle', () => {
  const faster = targetsOf(someResults).find(({ what }) => what.includes('SQLite'));
  assert.equal(faster?.measured, 40);
  assert.equal(faster && judge(faster), 'met');
});

test('memory is held against its limit by the run that took most', () => {
  const [size, ...others] = someResults.syncs;
  assert.ok(size);
  const worse = { ...size, ours: [...size.ours, syncOf({ wallMs: 10_000, peakBytes: 301e6 })] };
  assert.equal(verdicts()['M: peak memory'], 'met');
  assert.equal(verdicts({ ...someResults, syncs: [worse, ...others] })['M: peak memory'], 'missed');
});

test('a row of L may take a little longer than one of M', () => {
  const what = 'L: time per row, relative to M';
  const withL = (wallMs: number) => ({
    ...someResults,
    syncs: [
      ...someResults.syncs,
      { size: 'L', readAndDropMs: 1, ours: [syncOf({ wallMs })], peer: {}, peerFailures: {} } as const,
    ],
  });
  assert.equal(verdicts(withL(119_000))[what], 'met');
  assert.equal(verdicts(withL(121_000))[what], 'missed');
});

test('grants a second are compared for each number of callers', () => {
  const grpc = {
    size: 'M',
    memoryBytes: {},
    prepareMs: {},
    laps: [
      lapOf({ server: 'ours', callers: 1, items: 160 }),
      lapOf({ server: 'peer', callers: 1, items: 100 }),
      lapOf({ server: 'ours', callers: 8, items: 140 }),
      lapOf({ server: 'peer', callers: 8, items: 100 }),
    ],
  } as const;
  const of = verdicts({ ...someResults, grpc });
  assert.equal(of['grants/s over gRPC, 1 caller, relative to the peer'], 'met');
  assert.equal(of['grants/s over gRPC, 8 callers, relative to the peer'], 'missed');
  assert.equal(of['grants/s over gRPC, 64 callers, relative to the peer'], 'not measured');
});

test('grants a second are compared as a Go runner asks each of the two', () => {
  const laps = [
    lapOf({ server: 'ours', callers: 1, items: 100 }),
    lapOf({ server: 'peer', callers: 1, items: 100 }),
    lapOf({ server: 'ours', operation: 'all grants', callers: 1, items: 230 }),
  ];
  const grpc = { size: 'M', memoryBytes: {}, prepareMs: {}, laps } as const;
  const asAsked = targetsOf({ ...someResults, grpc }).find(({ what }) => what.includes('as by a Go runner'));
  assert.equal(asAsked?.measured, 2.3);
});
