import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatConsoleLine } from '../../../src/baton/log/format-console-line.ts';

test('formatConsoleLine writes time, level, message and fields', () => {
  const line = JSON.stringify({
    level: 'warn',
    ts: 1795447452.213,
    page: 3,
    name: 'two words',
    list: [1],
    msg: 'Slow',
  });
  assert.equal(formatConsoleLine(line), '15:24:12.213 WARN  Slow page=3 name="two words" list=[1]\n');
});

test('formatConsoleLine puts a stack on lines of its own', () => {
  const line = JSON.stringify({
    level: 'error',
    ts: 0,
    error: 'gone',
    errorStack: 'Error: gone\n    at x',
    msg: 'Failed',
  });
  assert.equal(formatConsoleLine(line), '00:00:00.000 ERROR Failed error=gone\nError: gone\n    at x\n');
});

test('formatConsoleLine does without a message', () => {
  assert.equal(formatConsoleLine('{"level":"info","ts":0,"a":"b"}'), '00:00:00.000 INFO  a=b\n');
});
