import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { createLogProgress, createTerminalProgress } from '../../../src/baton/bulk/changes-display.ts';
import { LiveDisplay } from '../../../src/baton/log/live-display.ts';
import { Screen } from '../../../src/baton/log/screen.ts';
import { Waits } from '../../../src/baton/net/waits.ts';
import { createTerminal } from '../log/terminal.ts';

test('a terminal gets one line with the rate and the time that is left, and it goes at the end', () => {
  let ms = 0;
  const now = () => ms;
  const terminal = createTerminal();
  const live = new LiveDisplay({ screen: new Screen(terminal), waits: new Waits(now), now });
  const display = createTerminalProgress(live, 1250, now);
  assert.deepEqual(terminal.screen(), ['· 0 of 1,250 changes, 0 failed']);
  for (let done = 1; done < 250; done += 1) {
    ms += 10;
    display.update({ total: 1250, done, failed: 1 });
  }
  assert.deepEqual(terminal.screen(), ['· 241 of 1,250 changes, 1 failed, 100.4/s, about 11 s left']);
  display.end();
  assert.deepEqual(terminal.screen(), ['']);
});

test('a log gets a line after 30 seconds, and then ever less often', () => {
  let ms = 0;
  const lines: string[] = [];
  const display = createLogProgress(pino({}, { write: (line) => lines.push(line) }), () => ms);
  for (let done = 1; done <= 70; done += 1) {
    ms += 1000;
    display.update({ total: 100, done, failed: 2 });
  }
  display.end();
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)).map(({ total, done, failed, msg }) => [total, done, failed, msg]),
    [
      [100, 30, 2, 'applying changes'],
      [100, 60, 2, 'applying changes'],
    ],
  );
});
