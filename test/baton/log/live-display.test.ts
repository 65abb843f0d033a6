import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveDisplay } from '../../../src/baton/log/live-display.ts';
import { Screen } from '../../../src/baton/log/screen.ts';
import { Waits } from '../../../src/baton/net/waits.ts';
import { createTerminal } from './terminal.ts';

function createDisplay() {
  const clock = { ms: 0 };
  const now = () => clock.ms;
  const terminal = createTerminal(100);
  const waits = new Waits(now);
  const live = new LiveDisplay({ screen: new Screen(terminal), waits, now });
  /** Lets time pass, as the timer of the program does. */
  const pass = (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      clock.ms += 1000;
      live.tick();
    }
  };
  return { clock, terminal, waits, live, pass };
}

test('the time goes on while nothing happens', () => {
  const { terminal, live, pass } = createDisplay();
  live.show((nowMs) => `working for ${nowMs / 1000} s`);
  assert.deepEqual(terminal.screen(), ['· working for 0 s']);
  pass(3);
  assert.deepEqual(terminal.screen(), ['· working for 3 s']);
});

test('what is waited for follows, from one second on, and counts down', () => {
  const { terminal, waits, live, pass } = createDisplay();
  live.show(() => 'grants');
  const report = waits.begin({
    what: 'waiting for the report',
    state: 'PENDING',
    atMostMs: 60_000,
    nextCheckMs: 40_000,
  });
  live.tick();
  assert.deepEqual(terminal.screen(), ['· grants']);
  pass(12);
  assert.deepEqual(terminal.screen(), [
    '· grants',
    '    waiting for the report (PENDING, 12 s of at most 60 s, next check in 28 s)',
  ]);
  report[Symbol.dispose]();
  pass(1);
  assert.deepEqual(terminal.screen(), ['· grants']);
});

test('a command that shows nothing of its own has a line for each wait, but no more than three', () => {
  const { terminal, waits, pass } = createDisplay();
  for (const name of ['a', 'b', 'c', 'd']) waits.begin({ what: `waiting for ${name}` });
  pass(2);
  assert.deepEqual(terminal.screen(), ['· waiting for a (2 s)', '· waiting for b (2 s)', '· waiting for c (2 s)']);
});

test('changes are drawn ten times a second at most', () => {
  const { clock, terminal, live } = createDisplay();
  let count = 0;
  live.show(() => `${count} done`);
  for (count = 1; count < 250; count += 1) {
    clock.ms += 1;
    live.changed();
  }
  assert.deepEqual(terminal.screen(), ['· 200 done']);
});

test('after a request to stop it says so, and after its end nothing more', () => {
  const { terminal, live, pass } = createDisplay();
  live.show(() => 'grants');
  live.stopping();
  assert.deepEqual(terminal.screen(), [
    '· grants',
    '· stopping; press Ctrl-C again to end at once, and lose what is not saved yet',
  ]);
  live.close();
  pass(1);
  assert.deepEqual(terminal.screen(), ['']);
});
