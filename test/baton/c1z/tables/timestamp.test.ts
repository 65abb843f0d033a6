import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { C1zError } from '../../../../src/baton/c1z/file/c1z-error.ts';
import { formatTimestamp, parseTimestamp } from '../../../../src/baton/c1z/tables/timestamp.ts';

test('a time is written as local wall clock, with the zeros at the end of the fraction left out', () => {
  for (const [milliseconds, text] of [
    [0, '2026-01-02 03:04:05'],
    [100, '2026-01-02 03:04:05.1'],
    [120, '2026-01-02 03:04:05.12'],
    [123, '2026-01-02 03:04:05.123'],
    [7, '2026-01-02 03:04:05.007'],
  ] as const) {
    assert.equal(formatTimestamp(new Date(2026, 0, 2, 3, 4, 5, milliseconds)), text);
  }
});

test('a time is written in the zone of the process, not in UTC', () => {
  const script = `
    import { formatTimestamp, parseTimestamp } from '${new URL('../../../../src/baton/c1z/tables/timestamp.ts', import.meta.url)}';
    const time = new Date('2026-07-01T22:30:00.5Z');
    console.log(formatTimestamp(time), parseTimestamp(formatTimestamp(time)).getTime() === time.getTime());`;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...process.env, TZ: 'Asia/Kolkata' },
    encoding: 'utf8',
  });
  assert.equal(output, '2026-07-02 04:00:00.5 true\n');
});

test('later times sort after earlier ones as text', () => {
  const start = new Date(2026, 10, 23, 9, 59, 59, 990).getTime();
  const texts = Array.from({ length: 40 }, (_, i) => formatTimestamp(new Date(start + i)));
  assert.deepEqual(texts.toSorted(), texts);
});

test('a stored time is read as local wall clock, nanoseconds cut off', () => {
  assert.deepEqual(parseTimestamp('2026-11-23 15:27:04.466137862'), new Date(2026, 10, 23, 15, 27, 4, 466));
  assert.deepEqual(parseTimestamp('2026-11-23 15:27:04.4'), new Date(2026, 10, 23, 15, 27, 4, 400));
  assert.deepEqual(parseTimestamp('2026-11-23 15:27:04'), new Date(2026, 10, 23, 15, 27, 4));
});

test('a stored time with a zone is read in that zone', () => {
  assert.equal(parseTimestamp('2026-11-23T15:27:04.5+02:00').toISOString(), '2026-11-23T13:27:04.500Z');
  assert.equal(parseTimestamp('2026-11-23T15:27:04Z').toISOString(), '2026-11-23T15:27:04.000Z');
});

test('text that is no time is refused', () => {
  for (const text of ['', '1764000000', '2026-11-23', 'yesterday']) {
    assert.throws(() => parseTimestamp(text), { constructor: C1zError, reason: 'damaged' });
  }
});
