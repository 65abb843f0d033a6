import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatResults, warningsOf } from '../../../bench/results/format-results.ts';
import { emptyResults, lapOf, someResults, syncOf } from './some-results.ts';

/** Cells of the lines of tables that begin with a text. */
function cellsOf(page: string, first: string): string[][] {
  return page
    .split('\n')
    .filter((line) => line.startsWith(`| ${first} |`))
    .map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .slice(2, -1),
    );
}

test('the page says what was run, when, and on what', () => {
  const page = formatResults(someResults);
  assert.match(page, /^- `npm run bench`$/m);
  assert.match(page, /2026-01-31 12:00 UTC, commit 0123456789ab/);
  assert.match(page, /Abacus, 2 CPUs, 24\.0 GB of memory, Linux 6\.1, Node v24\.0\.0/);
});

test('a sync is shown by the run in the middle, with the most memory of all runs', () => {
  const [ours] = cellsOf(formatResults(someResults), 'ours');
  assert.deepEqual(ours, ['10.0', '9.00', '260', '80.0', '900,000', '100,000', '1.50', '1 %']);
});

test('the peer is shown beside it with ratios, and with its last words where it failed', () => {
  const page = formatResults(someResults);
  assert.match(page, /The peer with sqlite takes 40\.0× the time/);
  assert.match(page, /The peer with pebble failed: `received message larger than max`/);
});

test('the phases and what is around them make the whole', () => {
  const page = formatResults(someResults);
  assert.deepEqual(cellsOf(page, 'grants'), [['4.00 s, 40 %']]);
  assert.deepEqual(cellsOf(page, 'around'), [['1.00 s, 10 %']]);
});

test('rates of gRPC are of the round in the middle, latencies of all rounds', () => {
  const grpc = {
    size: 'M',
    memoryBytes: {},
    prepareMs: {},
    laps: [
      lapOf({ items: 300, latenciesMs: [1, 2] }),
      lapOf({ items: 100, latenciesMs: [3, 4] }),
      lapOf({ items: 200, latenciesMs: [5, 60] }),
    ],
  } as const;
  const [, row] = cellsOf(formatResults({ ...someResults, grpc }), 'ours').slice(0, 2);
  assert.deepEqual(row, ['1', '10.0', '200', '0.03', '3.00', '60.0', '60 %', '30 %', '0 %', '1 %']);
  assert.match(formatResults(someResults), /grants\/s of ours relative to the peer: 2\.50× with 1\./);
});

test('a part that was not measured has no section', () => {
  const page = formatResults(emptyResults);
  assert.deepEqual(page.match(/^## .*$/gm), ['## Targets']);
});

test('a part that failed is told of at the top', () => {
  const results = { ...someResults, failures: ['gRPC failed: the server ended'] };
  assert.deepEqual(warningsOf(results), ['gRPC failed: the server ended']);
});

test('a quiet machine is no reason to warn', () => {
  assert.deepEqual(warningsOf(someResults), []);
});

test('a machine that was busy before or meanwhile is', () => {
  const busyBefore = { ...someResults, machine: { ...someResults.machine, load: 1.5 } };
  assert.match(warningsOf(busyBefore).join(), /busy before the benchmark \(load 1\.50\)/);
  const [size] = someResults.syncs;
  assert.ok(size);
  const disturbed = { ...someResults, syncs: [{ ...size, ours: [...size.ours, syncOf({ otherWork: 0.4 })] }] };
  assert.match(warningsOf(disturbed).join(), /15 % of a CPU during: a sync of M\./);
  assert.match(formatResults(disturbed), /^\*\*Other load exceeded/m);
});

test('an expansion is shown beside that of Go', () => {
  const run = { wallMs: 50_000, cpuMs: 48_000, peakBytes: 300e6, grants: 11_000_000, otherWork: 0.01 };
  const go = { ...run, wallMs: 500_000, otherWork: 0.5 };
  const results = { ...emptyResults, expansion: { direct: 1_000_000, expanded: 10_000_000, ours: run, go } };
  const page = formatResults(results);
  assert.deepEqual(cellsOf(page, 'ours'), [['50.0', '48.0', '300', '11,000,000', '1 %']]);
  assert.match(page, /Go takes 10\.0× the time/);
  assert.deepEqual(cellsOf(page, 'expansion of grants: peak memory'), [['≤ 400 MB', '300 MB', 'met']]);
  assert.match(warningsOf(results).join(), /15 % of a CPU during: the expansion\./);
});
