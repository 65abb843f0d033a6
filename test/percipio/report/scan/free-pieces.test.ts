import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GCProfiler } from 'node:v8';
import { collectYoung, createPieceFreer } from '../../../../src/percipio/report/scan/free-pieces.ts';

const megabyte = 1024 * 1024;

test('memory is freed after each 16 MB, and not before', () => {
  let collections = 0;
  const free = createPieceFreer(() => {
    collections += 1;
  });
  const after: number[] = [];
  for (const megabytes of [15, 1, 15.5, 0.5, 40, 15]) {
    free(megabytes * megabyte);
    after.push(collections);
  }
  assert.deepEqual(after, [0, 1, 1, 2, 3, 3]);
});

test('to free memory is one collection of young objects', () => {
  const profiler = new GCProfiler();
  profiler.start();
  collectYoung();
  const kinds = profiler.stop()?.statistics.map(({ gcType }) => gcType);
  assert.ok(kinds?.includes('Scavenge'), `collections: ${kinds}`);
  assert.ok(!kinds.includes('MarkSweepCompact'), `collections: ${kinds}`);
});
