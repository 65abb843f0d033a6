import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatSpan } from '../../../src/baton/net/format-span.ts';

test('a time to come is as exact as somebody who waits needs it', () => {
  const minute = 60_000;
  const spans = [0, 400, 40_000, 119_000, 2 * minute, 60 * minute, 119 * minute, 300 * minute, 150 * minute];
  assert.deepEqual([...spans, 48 * 60 * minute].map(formatSpan), [
    '0 s',
    '1 s',
    '40 s',
    '119 s',
    '2 min',
    '60 min',
    '119 min',
    '5 h',
    '2 h 30 min',
    '2 days',
  ]);
});
