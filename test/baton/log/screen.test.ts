import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Screen } from '../../../src/baton/log/screen.ts';
import { createTerminal } from './terminal.ts';

function createScreen(columns?: number) {
  const terminal = createTerminal(columns);
  const screen = new Screen(terminal);
  return { terminal, screen, log: screen.above(terminal) };
}

test('the last lines are replaced in place', () => {
  const { terminal, screen } = createScreen();
  screen.draw(['working', 'waiting for something long']);
  assert.deepEqual(terminal.screen(), ['working', 'waiting for something long']);
  screen.draw(['done']);
  assert.deepEqual(terminal.screen(), ['done']);
  screen.draw([]);
  assert.deepEqual(terminal.screen(), ['']);
});

test('what is written goes above them, and leaves nothing of them', () => {
  const { terminal, screen, log } = createScreen();
  screen.draw(['a long line that is drawn', 'another one']);
  log.write('short\n');
  assert.deepEqual(terminal.screen(), ['short', 'a long line that is drawn', 'another one']);
  log.write('two\nlines\n');
  assert.deepEqual(terminal.screen(), ['short', 'two', 'lines', 'a long line that is drawn', 'another one']);
});

test('while a line is being written they are gone, and come back after it', () => {
  const { terminal, screen, log } = createScreen();
  screen.draw(['working']);
  log.write('a part ');
  screen.draw(['still working']);
  assert.deepEqual(terminal.screen(), ['a part']);
  log.write('of a line\n');
  assert.deepEqual(terminal.screen(), ['a part of a line', 'still working']);
});

test('a long line is broken between words, and never wraps by itself', () => {
  const { terminal, screen, log } = createScreen(30);
  screen.draw(['waiting for the activity report of this sync', 'x'.repeat(40)]);
  const expected = ['waiting for the activity', '    report of this sync', 'x'.repeat(29), `    ${'x'.repeat(11)}`];
  assert.deepEqual(terminal.screen(), expected);
  log.write('a line\n');
  assert.deepEqual(terminal.screen(), ['a line', ...expected]);
});

test('a narrow terminal shows the beginning, and one that reports no width is 80 wide', () => {
  const { terminal, screen } = createScreen(12);
  screen.draw(['1 of 9 changes, 0 failed']);
  assert.deepEqual(terminal.screen(), ['1 of 9 chan']);
  const writes: string[] = [];
  new Screen({ write: (text) => writes.push(text), columns: 0 }).draw(['x'.repeat(85)]);
  assert.equal(writes.join(''), `${'x'.repeat(79)}\n    ${'x'.repeat(6)}\r\x1b[1A`);
});

test('without lines it writes what it is given, and nothing else', () => {
  const writes: string[] = [];
  const terminal = { write: (text: string) => writes.push(text) };
  const screen = new Screen(terminal);
  screen.draw([]);
  screen.above(terminal).write('text');
  assert.deepEqual(writes, ['text']);
});
