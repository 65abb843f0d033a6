import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { LiveDisplay } from '../../../src/baton/log/live-display.ts';
import { Screen } from '../../../src/baton/log/screen.ts';
import { Waits } from '../../../src/baton/net/waits.ts';
import { createLogDisplay, createTerminalDisplay } from '../../../src/baton/sync/sync-display.ts';
import { SyncTally } from '../../../src/baton/sync/sync-tally.ts';
import { createTerminal } from '../log/terminal.ts';

function showOnTerminal(columns = 120) {
  const clock = { ms: 0 };
  const now = () => clock.ms;
  const terminal = createTerminal(columns);
  const screen = new Screen(terminal);
  const waits = new Waits(now);
  const live = new LiveDisplay({ screen, waits, now });
  const display = createTerminalDisplay(screen.above(terminal), live);
  const tally = new SyncTally((event) => display(tally, event), now);
  /** Lets time pass, as the timer of the program does. */
  const pass = (ms: number) => {
    clock.ms += ms;
    live.tick();
  };
  return { tally, waits, terminal, pass };
}

test('terminal: a phase is one line, whose time goes on, and which stays when the phase ends', () => {
  const { tally, terminal, pass } = showOnTerminal();
  tally.phaseStarted('resources');
  assert.deepEqual(terminal.screen(), ['· resources          0 ms']);
  tally.pageWritten('resources', { user: 1234, course: 1 });
  pass(12_300);
  assert.deepEqual(terminal.screen(), ['· resources        12.3 s  1,234 users, 1 course (1 page)']);
  tally.pageWritten('resources', { user: 1 });
  tally.phaseEnded('resources');
  tally.phaseStarted('entitlements');
  assert.deepEqual(terminal.screen(), [
    '✓ resources        12.3 s  1,235 users, 1 course (2 pages)',
    '· entitlements       0 ms',
  ]);
});

test('terminal: kinds of entitlements and grants are names, so that only their sum has a plural', () => {
  const { tally, terminal } = showOnTerminal();
  tally.phaseStarted('entitlements');
  tally.pageWritten('entitlements', { course: 2 });
  tally.phaseEnded('entitlements');
  tally.phaseStarted('grants');
  tally.pageWritten('grants', { 'course completed': 1 });
  tally.pageWritten('grants', { 'course completed': 1000, 'course in_progress': 3 });
  tally.phaseEnded('grants');
  assert.deepEqual(terminal.screen(), [
    '✓ entitlements       0 ms  2 entitlements: 2 course (1 page)',
    '✓ grants             0 ms  1,004 grants: 1,001 course completed, 3 course in_progress (2 pages)',
    '',
  ]);
});

test('terminal: a wait is below the phase that waits', () => {
  const { tally, waits, terminal, pass } = showOnTerminal();
  tally.phaseStarted('grants');
  waits.begin({
    what: 'waiting for the activity report',
    state: 'IN_PROGRESS',
    atMostMs: 5 * 3_600_000,
    nextCheckMs: 12 * 60_000 + 40_000,
  });
  pass(12 * 60_000);
  assert.deepEqual(terminal.screen(), [
    '· grants         12 min 0 s',
    '    waiting for the activity report (IN_PROGRESS, 12 min of at most 5 h, next check in 40 s)',
  ]);
});

test('terminal: listings show how many items are read of how many, how fast, and how long the rest takes', () => {
  const { tally, terminal, pass } = showOnTerminal();
  tally.phaseStarted('resources');
  tally.progress({ work: 'users', done: 1000, total: 5000 });
  tally.progress({ work: 'catalog items', done: 500 });
  pass(2000);
  tally.progress({ work: 'users', done: 2000, total: 5000 });
  tally.progress({ work: 'catalog items', done: 510 });
  pass(0);
  assert.deepEqual(terminal.screen(), [
    '· resources         2.0 s  users: 2,000 of 5,000, 500/s, about 6 s left  catalog items: 510, 5.0/s',
  ]);
});

test('terminal: work that gets no further has no rate and no rest', () => {
  const { tally, terminal, pass } = showOnTerminal();
  tally.phaseStarted('resources');
  tally.progress({ work: 'users', done: 1000, total: 5000 });
  pass(2000);
  tally.progress({ work: 'users', done: 2000, total: 5000 });
  pass(10_000);
  assert.deepEqual(terminal.screen(), ['· resources        12.0 s  users: 2,000 of 5,000, 500/s, about 6 s left']);
  pass(1000);
  assert.deepEqual(terminal.screen(), ['· resources        13.0 s  users: 2,000 of 5,000']);
});

test('terminal: long work shows its status, its size and its speed', () => {
  const { tally, terminal, pass } = showOnTerminal();
  tally.phaseStarted('grants');
  tally.progress({ work: 'activity report', status: 'downloading', bytes: 914_200_000, rows: 1, rowsPerSecond: 2e5 });
  pass(200);
  assert.deepEqual(terminal.screen(), [
    '· grants           200 ms  activity report downloading: 914.2 MB, 1 row, 200,000 rows/s',
  ]);
});

test('terminal: a warning takes a line of its own, above the phase', () => {
  const { tally, terminal } = showOnTerminal();
  tally.phaseStarted('resources');
  tally.warn('course x is not synced');
  assert.deepEqual(terminal.screen(), ['! course x is not synced', '· resources          0 ms']);
});

test('terminal: a phase that fails says so', () => {
  const { tally, terminal, pass } = showOnTerminal();
  tally.phaseStarted('grants');
  tally.pageWritten('grants', { 'course completed': 3 });
  pass(1500);
  tally.failed();
  assert.deepEqual(terminal.screen(), [
    '✗ grants            1.5 s  3 grants: 3 course completed (1 page)  did not finish',
    '',
  ]);
});

function showInLog() {
  const clock = { ms: 0 };
  const lines: Record<string, unknown>[] = [];
  const logger = pino(
    { base: null, timestamp: false, formatters: { level: (level) => ({ level }) } },
    { write: (line) => lines.push(JSON.parse(line)) },
  );
  const display = createLogDisplay(logger, () => clock.ms);
  const tally = new SyncTally(
    (event) => display(tally, event),
    () => clock.ms,
  );
  return { tally, clock, lines };
}

test('log: a phase is one line with its counts when it ends, under keys without blanks', () => {
  const { tally, clock, lines } = showInLog();
  tally.phaseStarted('resources');
  tally.pageWritten('resources', { user: 3 });
  tally.pageWritten('resources', { 'course type': 2 });
  clock.ms = 12;
  tally.phaseEnded('resources');
  assert.deepEqual(lines, [
    { level: 'info', pages: 2, user: 3, course_type: 2, duration_ms: 12, msg: 'synced resources' },
  ]);
});

test('log: a warning is a line of level warn', () => {
  const { tally, lines } = showInLog();
  tally.warn('course x is not synced');
  assert.deepEqual(lines, [{ level: 'warn', msg: 'course x is not synced' }]);
});

test('log: a phase is reported after 30 seconds, and then ever less often', () => {
  const { tally, clock, lines } = showInLog();
  clock.ms = 100_000;
  tally.phaseStarted('grants');
  for (let seconds = 101; seconds <= 200; seconds += 1) {
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

test('log: several works at once are a list', () => {
  const { tally, clock, lines } = showInLog();
  tally.phaseStarted('resources');
  tally.progress({ work: 'users', done: 1000, total: 90_000 });
  clock.ms = 30_000;
  tally.progress({ work: 'users', done: 31_000, total: 90_000 });
  tally.progress({ work: 'catalog items', done: 10 });
  clock.ms = 60_000;
  tally.progress({ work: 'catalog items', done: 310 });
  assert.deepEqual(lines, [
    { level: 'info', work: 'users', done: 31_000, total: 90_000, per_second: 1000, msg: 'syncing resources' },
    {
      level: 'info',
      works: [
        { work: 'users', done: 31_000, total: 90_000, per_second: 1000 },
        { work: 'catalog items', done: 310, per_second: 10 },
      ],
      msg: 'syncing resources',
    },
  ]);
});
