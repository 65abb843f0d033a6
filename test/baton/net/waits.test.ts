import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Waits } from '../../../src/baton/net/waits.ts';

function createWaits() {
  const clock = { ms: 1_000_000 };
  return { clock, waits: new Waits(() => clock.ms) };
}

test('a wait is listed until it is disposed, with points in time', () => {
  const { waits } = createWaits();
  {
    using _ = waits.begin({ what: 'waiting for x', state: 'PENDING', atMostMs: 500, nextCheckMs: 10, retryMs: 20 });
    assert.deepEqual(waits.list(), [
      {
        what: 'waiting for x',
        state: 'PENDING',
        atMostMs: 500,
        sinceMs: 1_000_000,
        nextCheckAtMs: 1_000_010,
        retryAtMs: 1_000_020,
      },
    ]);
  }
  assert.deepEqual(waits.list(), []);
});

test('an update counts from now, and the wait from its first description', () => {
  const { waits, clock } = createWaits();
  const wait = waits.begin();
  assert.deepEqual(waits.list(), []);
  clock.ms += 5;
  wait.update({ what: 'x', retryMs: 10 });
  clock.ms += 100;
  wait.update({ what: 'x', state: 'again', retryMs: 10 });
  const [{ sinceMs, retryAtMs, state } = { sinceMs: 0 }] = waits.list();
  assert.deepEqual({ sinceMs, retryAtMs, state }, { sinceMs: 1_000_005, retryAtMs: 1_000_115, state: 'again' });
});

test('of equal waits the oldest is listed, and the oldest wait comes first', () => {
  const { waits, clock } = createWaits();
  const first = waits.begin({ what: 'x', state: '1' });
  clock.ms += 1;
  waits.begin({ what: 'x', state: '2' });
  clock.ms += 1;
  waits.begin({ what: 'y' });
  const shown = () => waits.list().map(({ what, state }) => [what, state]);
  assert.deepEqual(shown(), [
    ['x', '1'],
    ['y', undefined],
  ]);
  first[Symbol.dispose]();
  assert.deepEqual(shown(), [
    ['x', '2'],
    ['y', undefined],
  ]);
});
