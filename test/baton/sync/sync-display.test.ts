import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { createLogDisplay, createTerminalDisplay } from '../../../src/baton/sync/sync-display.ts';
import { SyncTally } from '../../../src/baton/sync/sync-tally.ts';

const erase = '\r\x1b[K';

function showOnTerminal(columns?: number) {
  const clock = { ms: 0 };
  const writes: string[] = [];
  const display = createTerminalDisplay({ write: (text) => writes.push(text), columns }, () => clock.ms);
  const tally = new SyncTally((event) => display(tally, event));
  return { tally, clock, writes };
}

test('terminal: a phase is one line, drawn in place, and ends with a line break', () => {
  const { tally, writes } = showOnTerminal();
  tally.phaseStarted('resources');
  tally.pageWritten('resources', { user: 1234 });
  tally.phaseEnded('resources');
  assert.equal(writes.length, 2);
  const [first = '', last = ''] = writes;
  assert.ok(first.startsWith(`${erase}· resources`) && first.endsWith('\r'), JSON.stringify(first));
  assert.ok(last.startsWith(erase));
  assert.match(last.slice(erase.length), /^✓ resources +\d+ ms {2}1,234 user \(1 page\)\n$/u);
});

test('terminal: a line is drawn ten times a second at most', () => {
  const { tally, clock, writes } = showOnTerminal();
  tally.phaseStarted('resources');
  for (let pages = 0; pages < 250; pages += 1) {
    clock.ms += 1;
    tally.pageWritten('resources', { user: 1 });
  }
  assert.equal(writes.length, 3);
  assert.match(writes[2] ?? '', /200 user \(200 pages\)/);
});

test('terminal: long work shows its status, its size and its speed', () => {
  const { tally, clock, writes } = showOnTerminal(200);
  tally.phaseStarted('grants');
  clock.ms += 200;
  tally.progress({ work: 'activity report', status: 'downloading', bytes: 914_200_000, rows: 1e6, rowsPerSecond: 2e5 });
  assert.match(writes[1] ?? '', /activity report downloading 914\.2 MB 1,000,000 rows 200,000 rows\/s\r$/);
});

test('terminal: a warning takes a line of its own', () => {
  const { tally, writes } = showOnTerminal();
  tally.phaseStarted('resources');
  tally.warn('course x is not synced');
  assert.equal(writes[1], `${erase}! course x is not synced\n`);
});

for (const [columns, width] of [
  [40, 39],
  [0, 79],
  [undefined, 79],
] as const) {
  test(`terminal: a line of ${columns} columns is cut to ${width} characters, so that it does not wrap`, () => {
    const { tally, writes } = showOnTerminal(columns);
    tally.phaseStarted('resources');
    tally.pageWritten('resources', Object.fromEntries(Array.from({ length: 30 }, (_, kind) => [`kind ${kind}`, 1])));
    tally.phaseEnded('resources');
    assert.equal(writes[1]?.slice(erase.length, -1).length, width);
  });
}

function showInLog() {
  const clock = { ms: 0 };
  const lines: Record<string, unknown>[] = [];
  const logger = pino(
    { base: null, timestamp: false, formatters: { level: (level) => ({ level }) } },
    { write: (line) => lines.push(JSON.parse(line)) },
  );
  const display = createLogDisplay(logger, () => clock.ms);
  const tally = new SyncTally((event) => display(tally, event));
  return { tally, clock, lines };
}

test('log: a phase is one line with its counts when it ends, under keys without blanks', () => {
  const { tally, lines } = showInLog();
  tally.phaseStarted('resources');
  tally.pageWritten('resources', { user: 3 });
  tally.pageWritten('resources', { 'course type': 2 });
  tally.phaseEnded('resources');
  assert.equal(lines.length, 1);
  const { duration_ms: durationMs, ...line } = lines[0] ?? {};
  assert.deepEqual(line, { level: 'info', pages: 2, user: 3, course_type: 2, msg: 'synced resources' });
  assert.equal(typeof durationMs, 'number');
});

test('log: a warning is a line of level warn', () => {
  const { tally, lines } = showInLog();
  tally.warn('course x is not synced');
  assert.deepEqual(lines, [{ level: 'warn', msg: 'course x is not synced' }]);
});

test('log: long work is reported every 15 seconds', () => {
  const { tally, clock, lines } = showInLog();
  tally.phaseStarted('grants');
  for (let seconds = 1; seconds <= 31; seconds += 1) {
    clock.ms = seconds * 1000;
    tally.progress({ work: 'activity report', status: 'PENDING', rowsPerSecond: 12.3 });
  }
  const line = {
    level: 'info',
    work: 'activity report',
    status: 'PENDING',
    rows_per_second: 12,
    msg: 'syncing grants',
  };
  assert.deepEqual(lines, [line, line]);
});
