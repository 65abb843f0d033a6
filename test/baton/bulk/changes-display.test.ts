import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { createLogProgress, createTerminalProgress } from '../../../src/baton/bulk/changes-display.ts';

const erase = '\r\x1b[K';

test('a terminal gets one line, drawn ten times a second at most, and the last state', () => {
  let ms = 0;
  const writes: string[] = [];
  const display = createTerminalProgress({ write: (text) => writes.push(text) }, () => ms);
  for (let done = 1; done <= 250; done += 1) {
    ms += 1;
    display.update({ total: 251, done, failed: 1 });
  }
  display.end();
  assert.deepEqual(writes.at(-2), `${erase}· 251 of 251 changes, 1 failed, 1004.0/s\r`);
  assert.equal(writes.at(-1), erase);
  assert.equal(writes.length, 5);
});

test('a narrow terminal gets what fits', () => {
  const writes: string[] = [];
  createTerminalProgress({ write: (text) => writes.push(text), columns: 12 }).update({ total: 9, done: 1, failed: 0 });
  assert.deepEqual(writes, [`${erase}· 1 of 9 ch\r`]);
});

test('a log gets a line every 15 seconds', () => {
  let ms = 0;
  const lines: string[] = [];
  const display = createLogProgress(pino({}, { write: (line) => lines.push(line) }), () => ms);
  for (let done = 1; done <= 40; done += 1) {
    ms += 1000;
    display.update({ total: 100, done, failed: 2 });
  }
  display.end();
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)).map(({ total, done, failed, msg }) => [total, done, failed, msg]),
    [
      [100, 15, 2, 'applying changes'],
      [100, 30, 2, 'applying changes'],
    ],
  );
});
