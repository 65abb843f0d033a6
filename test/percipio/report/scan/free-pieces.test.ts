// own process: it measures the memory of the process.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPieceFreer } from '../../../../src/percipio/report/scan/free-pieces.ts';

const megabyte = 1024 * 1024;
const held = () => process.memoryUsage().arrayBuffers;

function readAndForget(megabytes: number): void {
  for (let i = 0; i < megabytes; i += 1) new Uint8Array(megabyte).fill(i);
}

test('the memory of pieces is freed when 16 MB of them were read, and not before', async () => {
  const free = createPieceFreer();
  const before = held();
  readAndForget(20);
  free(15 * megabyte);
  await sleep(20);
  assert.ok(held() - before >= 20 * megabyte, 'nothing else has freed it');
  free(megabyte);
  // Another thread gives it back.
  for (let tries = 0; tries < 500 && held() - before >= 20 * megabyte; tries += 1) await sleep(5);
  assert.ok(held() - before < 10 * megabyte, `${held() - before} bytes are held`);
});
